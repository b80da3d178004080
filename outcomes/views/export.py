"""The lists of outcomes, actions and themes as files."""

from events.views.export import ListFile
from outcomes.open_data import OpenActions, OpenOutcomes, OpenThemes


class OutcomeFile(ListFile):
    """The list of outcomes."""

    of = OpenOutcomes


class ActionFile(ListFile):
    """The tracker of actions."""

    of = OpenActions


class ThemeFile(ListFile):
    """The vocabulary."""

    of = OpenThemes
