"""What an e-mail address says about whose it is: the mailbox behind it, shared, free or thrown away.

Plain Python. ``key`` is always what ``normalising.email_key`` answers.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

_DATA = Path(__file__).resolve().parent / "data"


class Provider(NamedTuple):
    """How a provider reads the part before the @: what it leaves out, where a tag begins."""

    domain: str
    ignored: str = ""
    tag: str = "+"


_GMAIL = Provider("gmail.com", ignored=".")
_PROTON = Provider("proton.me", ignored="._-")
_YANDEX = Provider("yandex.ru")
_FASTMAIL = Provider("fastmail.com")
#: Domain of an address → its provider. Domains of one provider that name the same mailboxes are one.
PROVIDERS: dict[str, Provider] = {
    "gmail.com": _GMAIL,
    "googlemail.com": _GMAIL,
    "proton.me": _PROTON,
    "protonmail.com": _PROTON,
    "pm.me": _PROTON,
    "yandex.ru": _YANDEX,
    "yandex.com": _YANDEX,
    "ya.ru": _YANDEX,
    "fastmail.com": _FASTMAIL,
    "fastmail.fm": Provider("fastmail.fm"),
    # A keyword follows a hyphen there; a name itself cannot hold one.
    "yahoo.com": Provider("yahoo.com", tag="-"),
    "ymail.com": Provider("ymail.com", tag="-"),
    "rocketmail.com": Provider("rocketmail.com", tag="-"),
    "icloud.com": Provider("icloud.com"),
    "me.com": Provider("icloud.com"),
    "mac.com": Provider("icloud.com"),
}

#: Mailboxes that several people read, in the languages of our neighbours.
ROLE_INBOXES = frozenset(
    """
    abuse accounting accounts accountspayable admin administration administrator all ap billing board booking
    bookings bookkeeping business buying career careers ceo clientservices commercial compliance contact contactus
    contracts customercare customerservice customersupport data dataprotection desk dispatch donotreply ecommerce
    education email enquiries enquiry events everyone export feedback finance frontdesk gdpr general group hello help
    helpdesk hi hostmaster hr hse import info infos information inquiries inquiry invoice invoices invoicing it jobs
    legal library logistics mail mailbox mailerdaemon main management marketing media members membership news newsletter
    nobody noc noreply notifications office operations ops order orders partner partners partnerships payroll people
    planning post postmaster pr press privacy procurement production projects purchase purchasing quality quotes
    reception receptionist recruiting recruitment registrar reservations returns root safety sales schedule school
    secretariat secretary security service services shipping shop staff store subscriptions suggestions supplier
    suppliers supply support sysadmin team tech technical training transport travel treasury unsubscribe vendor vendors
    volunteer warehouse web webmaster website welcome workshop
    anfrage anfragen auftrag bestellung bewerbung buchhaltung buero disposition einkauf empfang geschaeftsfuehrung
    kontakt kundendienst kundenservice lager leitung mitglieder personal post rechnung rechnungen redaktion sekretariat
    service spedition technik verkauf vertrieb verwaltung vorstand werkstatt zentrale
    achat achats accueil commande commandes commerciaux compta comptabilite contactez direction facturation rh
    secretariat ventes
    administracion atencion compras comercial comunicacion contabilidad contacto direccion facturacion pedidos recepcion
    rrhh tienda ventas
    atendimento comercial compras contato encomendas faturacao financeiro geral recrutamento vendas
    acquisti amministrazione assistenza commerciale contatti direzione fatture ordini segreteria ufficio vendite
    administratie boekhouding facturen inkoop klantenservice receptie verkoop
    """.split()
)


def canonical(key: str) -> str:
    """The mailbox behind an address: tags go, and dots where the provider ignores them.

    A tag behind a plus sign is left out everywhere: hardly a provider gives the sign away as a part
    of a name.
    """
    local, _, domain = key.rpartition("@")
    provider = PROVIDERS.get(domain)
    if provider is None:
        return f"{local.split('+', 1)[0] or local}@{domain}" if "+" in local else key
    base = local.split("+", 1)[0].split(provider.tag, 1)[0] or local
    for sign in provider.ignored:
        base = base.replace(sign, "")
    return f"{base or local}@{provider.domain}"


def is_role(key: str) -> bool:
    """Whether several people read this mailbox: ``info@``, ``vertrieb@``, ``no-reply@``."""
    local = key.rpartition("@")[0].split("+", 1)[0]
    word = local.replace("-", "").replace("_", "").replace(".", "").rstrip("0123456789")
    return word in ROLE_INBOXES


def is_free(domain: str) -> bool:
    """Whether anybody can have a mailbox there, so that the domain says nothing about a company."""
    return domain in _domains("free_mail_domains.txt") or domain in PROVIDERS


def is_disposable(domain: str) -> bool:
    """Whether addresses there are thrown away after use."""
    return domain in _domains("disposable_domains.txt")


def company_domain(key: str) -> str:
    """The domain of an address where it says for whom the person works; else nothing."""
    domain = key.rpartition("@")[2]
    return "" if not domain or is_free(domain) or is_disposable(domain) else domain


@cache
def _domains(file: str) -> frozenset[str]:
    return frozenset((_DATA / file).read_text(encoding="utf-8").split())
