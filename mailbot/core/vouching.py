"""Whether the responsible person's consent is surely theirs. It reads no mail and asks nobody.

An address that the applicant typed proves nothing: somebody else than the applicant has to have named it.
"""

import hashlib

from mailbot.core.case import Case
from mailbot.core.chain import canonical
from mailbot.core.registers import lookups_in, row_of
from mailbot.core.rules import Form
from mailbot.core.steps import awaited


def responsible_address(form: Form, case: Case) -> str:
    """The responsible person's address as the application gives it, in lower case; empty if it does not."""
    person = form.people.get("responsible")
    value = case.values.get(person.email, "") if person else ""
    return value.lower() if isinstance(value, str) else ""


def listed(form: Form, case: Case) -> bool:
    """Whether a register has the responsible person's address, as was looked up when it was given: the desk knows it
    then from somebody else than the applicant. Not where that person may be the applicant all the same."""
    person = form.people.get("responsible")
    lookup = lookups_in(form).get(person.email) if person else None
    if person is None or lookup is None:
        return False
    row = row_of(case.rows, lookup.name, lookup.column, str(case.values.get(person.email, "")))
    doubtful = any(remark.code == "responsible_may_be_applicant" for remark in case.remarks)
    return row is not None and row.found is not None and not doubtful


def vouched(form: Form, case: Case) -> bool:
    """Whether a clerk vouches for the address that the application gives."""
    address = responsible_address(form, case)
    return bool(address) and case.vouched.lower() == address


def confirmed(form: Form, case: Case, *, sure: bool) -> bool:
    """Whether an AGREE that comes now from the responsible person's address is surely theirs; `sure` says that our
    border vouches for the mail. Where the applicant answers for themselves, their registered address is theirs."""
    own = responsible_address(form, case) == case.applicant.lower()
    return vouched(form, case) or (sure and (own or listed(form, case)))


def provable(form: Form, case: Case) -> bool:
    """Whether a code, sent to the responsible person's address and written back, is what an AGREE on record lacks: not
    where a document is to come that they sign, which does as well."""
    signs = any(form.documents[name].signer == "responsible" for name in awaited(case, form))
    return unconfirmed(form, case) and confirmed(form, case, sure=True) and not signs


def which(case: Case) -> str:
    """Which AGREE is on record, as a digest (lower hex) that a code is bound to: another AGREE, another code."""
    given = case.consent
    return hashlib.sha256(canonical([given.letter, given.at])).hexdigest() if given else ""


def unconfirmed(form: Form, case: Case) -> bool:
    """Whether there is an AGREE, and nothing that proves it: nobody vouches for the address, and no document is there
    that the responsible person signs."""
    signed = any(name in form.documents and form.documents[name].signer == "responsible" for name in case.documents)
    return case.consent is not None and not (case.consent.confirmed or signed or vouched(form, case))
