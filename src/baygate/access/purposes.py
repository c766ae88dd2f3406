"""The registry of purposes: what a caller may say that he asks for.

A purpose binds whoever names it (State Council's rules on sharing government data, Guofa [2016] No. 51, art. 11).
What is not in the registry is refused where a token is asked for, and grants name purposes of the registry only.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Purpose:
    """A purpose; ``basis`` and ``case`` say whether whoever names it must also name a legal basis, or a case number."""

    code: str
    name: str
    name_zh: str
    basis: bool = False
    case: bool = False


PURPOSES: Mapping[str, Purpose] = {
    each.code: each
    for each in (
        Purpose("CUSTOMS_CLEARANCE", "Clearing goods through customs", "通关监管"),
        Purpose("EXPORT_REFUND", "Refunding or exempting export tax", "出口退（免）税"),
        Purpose("FOREIGN_EXCHANGE", "Checking that receipts and payments have a trade behind them", "外汇收支核查"),
        Purpose("RISK_ASSESSMENT", "Judging the risk of an enterprise or consignment", "风险评估"),
        Purpose("CREDIT_SUPERVISION", "Supervising by credit rating", "信用监管"),
        Purpose("MARKET_SUPERVISION", "Supervising the market and the quality of goods", "市场监管"),
        Purpose("PRODUCT_SAFETY", "Tracing and recalling unsafe goods", "产品安全追溯"),
        Purpose("TRADE_FACILITATION", "Mutual recognition with Hong Kong and Macau", "粤港澳贸易便利化"),
        Purpose("PARTY_VERIFICATION", "Knowing the party one deals with", "主体核验"),
        Purpose("STATISTICS", "Statistics that show no single party", "统计分析"),
        Purpose("INVESTIGATION", "Investigating a case", "案件调查", basis=True, case=True),
        Purpose("SYSTEM_TESTING", "Trying out the interface on sample data", "系统测试"),
    )
}
