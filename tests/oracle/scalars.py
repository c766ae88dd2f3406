"""Values of the contract's scalars, of which some are in the world that is asked."""

from tests.oracle.questions import Known


def scalar_values(known: Known) -> dict[str, list[str]]:
    """Return values that are of their form, by the scalar's name."""
    of = known.arguments
    parties = of["party", "id"]
    uscc = of["enterprise", "uscc"]
    return {
        "PartyId": parties,
        "Uscc": uscc,
        "OrganisationCode": [each[8:17] for each in uscc],
        "CustomsCode": of["enterpriseByCustomsCode", "code"],
        "DeclarationNo": of["declaration", "declarationNo"],
        "Ubi": of["hongKongCompany", "ubi"],
        "CrNumber": of["hongKongCompanyByCrNumber", "crNumber"],
        "MacauRegistrationNo": of["macauCompany", "registrationNo"],
        "HsCode": ["8517130000", "0402210000"],
        "Gtin": ["6901234567892"],
        "RegionCode": ["440100", "440300", "810000"],
        "ResidentId": ["11010519491231002X"],
        "PersonName": ["ZHANG SAN"],
        "BankAccount": ["622202100000"],
    }
