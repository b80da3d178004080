"""What is looked for among what was filled."""

SHOWCASE = "bench-showcase"  # the event with 30 sessions and 60 outcomes
COMMON, RARE = "bench-common", "bench-rare"  # slugs of themes
ASLEEP, ASLEEP_ABOVE = "bench-asleep", "bench-asleep-above"  # without and with sub-themes, which sleep as well
COMMON_WORD = "verification"  # in about two outcomes of five
RARE_WORD = "heliograph"  # in one of twenty thousand
