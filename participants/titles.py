"""Words that stand with a name and are not part of it, without accents and in lower case."""

ABBREVIATED = frozenset("mr mrs ms mx dr prof amb hon st sr sra dra hr fr mme mlle mm rev gen col".split())
TITLES = ABBREVIATED | frozenset(
    """
    professor professeur profesor profesora doctor docteur ambassador ambassadeur ambassadrice embajador embajadora
    minister ministre ministro ministra secretary president chair chairman chairwoman chairperson director commissioner
    senator general colonel captain major judge justice sir dame lord lady baroness baron count madam madame monsieur
    mademoiselle senor senora senorita don dona herr frau sheikh sheikha prince princess excellency delegate
    moderator facilitator rapporteur speaker
    سيد سيده دكتور دكتوره سفير سفيره استاذ استاذه وزير وزيره شيخ
    """.split()
)
AFTER_A_NAME = frozenset("jr sr ii iii iv phd md mp mep obe cbe mbe kcmg cmg esq".split())
