"""Certificates that the hub has recognised: by which a party was known when it asked. 互认数字证书"""

import datetime

from baygate.contract.codes import Jurisdiction
from baygate.contract.declaring import record, shared
from baygate.contract.scalars import AgencyId

READ = "identity:read"
"""The scope of the identity view, which these belong to."""
PERSONAL = "identity:personal"


@record
class RecognisedCertificate:
    """A certificate of a party that the hub has recognised, by a trust list of its jurisdiction. 互认数字证书"""

    fingerprint: str = shared("SHA-256 of the certificate, in hexadecimal digits. 证书指纹", READ)
    subject: str | None = shared(
        "Whom it was issued to, as RFC 4514 writes names; it may name a person. 证书主题", READ, PERSONAL, personal=True
    )
    issuer: str | None = shared("Who issued it, as RFC 4514 writes names. 颁发者", READ)
    serial_number: str | None = shared("Its serial number, in hexadecimal digits. 序列号", READ)
    jurisdiction: Jurisdiction | None = shared("By whose trust list it was recognised. 所依信任列表的法域", READ)
    type_name: str | None = shared("Type of the certificate, as its issuer names it. 证书类型", READ)
    entry: str | None = shared("Entry of the trust list that it met. 信任列表条目", READ)
    list_sequence: int | None = shared("Number of the trust list that was in force. 信任列表序号", READ)
    assurance: int | None = shared("How well it says who holds it, from 1 to 4. 可信等级", READ)
    valid_from: datetime.datetime | None = shared("From when on it is valid. 有效期起", READ)
    valid_to: datetime.datetime | None = shared("Until when it is valid. 有效期止", READ)
    first_recognised_at: datetime.datetime | None = shared("When it was recognised first. 首次互认时间", READ)
    recognised_at: datetime.datetime | None = shared("When it was recognised last. 最近互认时间", READ)
    provider: AgencyId | None = shared("Agency that published this: the hub's operator. 提供部门", READ)
    updated_at: datetime.datetime | None = shared("Last published change. 更新时间", READ)
