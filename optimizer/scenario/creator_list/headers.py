"""What columns of creators are called: by us, by the usual platforms, in English, German, French, Spanish ..."""

from __future__ import annotations

import re
from dataclasses import dataclass

from optimizer.tables.currencies import named_in
from optimizer.tables.grid import plain_name

LABEL = "label:"
PROFILE = "profile"
"""The address of a profile: it gives the handle where there is no such column, and names the platform."""
PLATFORM = f"{LABEL}platform"
FIELDS = (
    "id",
    "handle",
    "communities",
    "tier",
    "followers",
    "embeddedness",
    "comments_sampled",
    "comments_substantive",
    "creator_replies",
    "organic_rate",
    "paid_fee",
    "paid_reliability",
    "accepts",
    "service",
    "unavailable",
)
COUNTS = frozenset({"followers", "comments_sampled", "comments_substantive", "creator_replies"})
SHARES = frozenset({"embeddedness", "organic_rate", "paid_reliability"})
LEFT_OUT = frozenset({"", "-", "ignore"})
"""What `--map` says of a column that is not to be read."""

_KNOWN = {
    "id": "creator id|creatorid|influencer id",
    "handle": "username|user name|user|account|account name|profile name|screen name|instagram|instagram handle|ig"
    "|ig name|ig handle|insta|insta handle|instagram username|ig username|tiktok|tiktok handle|tiktok username"
    "|youtube handle|twitter handle|x handle|creator handle|influencer handle|social handle"
    "|social media handle|@|@handle|benutzername|nutzername|instagram name"
    "|konto|accountname|pseudo|pseudonyme|nom d'utilisateur|compte"
    "|nombre de usuario|usuario|cuenta|nome utente|nome de usuário|conta|gebruikersnaam|användarnamn|brugernavn",
    PROFILE: "profile|profile url|profile link|profile address|link|url|channel url|channel link|instagram url"
    "|instagram link|ig link|tiktok url|tiktok link|youtube url|social link|social url|profil|profillink|profil url"
    "|lien|lien du profil|url du profil|enlace|enlace del perfil|perfil|profilo|profiel|link al profilo",
    "communities": "community|niche|niches|category|categories|topic|topics|interests|content category"
    "|communitys|nische|nischen|kategorie|kategorien|thema|themen|themenfeld|communauté|communautés|catégorie"
    "|catégories|thématique|thématiques|comunidad|comunidades|categoría|categorías|nicho|nichos|temática|comunità"
    "|categoria|categorias|categorie|comunidade|nicchia|categorieën",
    "tier": "creator tier|influencer tier|size class|influencer size|größenklasse|palier",
    "followers": "follower|follower count|followers count|followers total|number of followers|total followers|fans"
    "|ig followers|instagram followers|tiktok followers|subscribers|subscriber count|audience size|following size"
    "|abonnenten|anzahl follower|followerzahl|follower zahl|reichweite follower|abonnés|nombre d'abonnés|abonnées"
    "|seguidores|nº de seguidores|número de seguidores|suscriptores|seguaci|volgers|seguidores totais|följare",
    "organic_rate": "organic rate|organic post rate|gifted post rate|gifting post rate",
    "paid_fee": "fee|agreed fee|paid fee|post fee|fee per post|price|price per post|post price|rate per post|cost"
    "|cost per post|quoted fee|quote|creator fee|influencer fee|payment|agreed price|agreed rate|negotiated fee"
    "|honorar|gage|preis|preis pro post|kosten|vergütung|tarif|cachet|prix|prix par post|rémunération|honoraires"
    "|tarifa|precio|caché|honorarios|compenso|prezzo|vergoeding|tarief|prijs|preço|cachê",
    "paid_reliability": "reliability|zuverlässigkeit|fiabilité|fiabilidad",
    "accepts": "accepted|gift or paid|gifted or paid|gift/paid|collaboration modes",
    "service": "shipping service|versandart|versand|mode d'envoi|mode de livraison|servicio de envío",
    "unavailable": "away|not available|unavailable dates|blackout|blackout dates|abwesend|abwesenheit|nicht verfügbar"
    "|urlaub|indisponible|indisponibilités|absences|no disponible|ausencias|vacaciones|non disponibile",
    PLATFORM: "platform|network|social network|plattform|plateforme|réseau|plataforma|red social|piattaforma",
}
_FIELD_OF = {plain_name(name): field for field, names in _KNOWN.items() for name in names.split("|")}
_OWN = {plain_name(name): name for name in FIELDS}
_PER_CENT = re.compile(r"%|\bper ?cent\b|\bpct\b|\bprozent\b|\bpour ?cent\b|\bpor ciento\b", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|[#%£€$¥₹]|\b(?:in|per|en|pro)\s*$|\b[A-Z]{3}\b")
_IN_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
_UNIT = re.compile(
    r"k|0{3}s?|thousands?|tsd|tausend|milliers|miles|mm?|mn|mio|millions?|millionen|millones"
    r"|p|pence|penn(?:y|ies)|cents?|ct|centimes?|céntimos?"
)
"""What says that the numbers of a column are multiples or parts of what they are called."""


@dataclass(frozen=True)
class Heading:
    """What a column's name says.

    Attributes
    ----------
    field
        The field of a creator, ``label:NAME``, `PROFILE`, or None where the name is not known.
    own
        It is our own name, which goes before the usual ones.
    per_cent
        Bare numbers below it are per cent.
    currencies
        Signs and codes of the money below it.
    """

    field: str | None
    own: bool = False
    per_cent: bool = False
    currencies: tuple[str, ...] = ()


def heading(name: str) -> Heading:
    """Return what a column's name says.

    Examples
    --------
    >>> heading("Agreed Fee (GBP)").field, heading("Niches").field, heading("Shoe size").field
    ('paid_fee', 'communities', None)
    """
    name = name.replace("\u2019", "'")
    per_cent, currencies = bool(_PER_CENT.search(name)), tuple(named_in(name))
    if name.lower().startswith(LABEL) and name[len(LABEL) :].strip():
        return Heading(LABEL + name[len(LABEL) :].strip(), own=True)
    own = _OWN.get(plain_name(name))
    if own is not None:
        return Heading(own, True, per_cent, currencies)
    bare = _bare(name)
    field = _OWN.get(bare) or _FIELD_OF.get(plain_name(name)) or _FIELD_OF.get(bare)
    if field is None and currencies and bare in {"rate", "rates", "budget", "amount", "betrag", "montant"}:
        # A rate may be a share of anything; a rate in pounds is money.
        field = "paid_fee"
    return Heading(field, False, per_cent, currencies)


def _bare(name: str) -> str:
    """Return a column's name without units, asides and words before the last bracket."""
    bare = _ASIDE.sub(" ", name)
    return plain_name(_ASIDE.sub(" ", bare.strip()))


def is_known(text: str) -> bool:
    """Return whether a text is a known name of a column."""
    return len(text) < 100 and heading(" ".join(text.split())).field is not None


def unit_of(name: str) -> str | None:
    """Return the unit that a column's name gives in brackets, where it is no whole thing or pound.

    Examples
    --------
    >>> unit_of("Followers (in thousands)"), unit_of("Fee (£k)"), unit_of("Fee (GBP)"), unit_of("Followers (m/f)")
    ('in thousands', '£k', None, None)
    """
    for inside in _IN_BRACKETS.findall(name):
        words = re.findall(r"\w+", re.sub(r"\bin\b|\b[A-Z]{3}\b", " ", inside).casefold())
        if words and all(map(_UNIT.fullmatch, words)):
            return str(inside).strip()
    return None
