"""The agencies of the sample world, by what they publish."""

SAMR = "samr-gd"
PUBLIC_SECURITY = "psb-gd"
FOREIGN_EXCHANGE = "safe-gd"
TAX = "tax-gd"
FOOD_AND_DRUG = "fda-gd"
INSPECTION = "ciq-gd"
COMMERCE = "commerce-gd"
SINGLE_WINDOW = "singlewindow-gz"
CUSTOMS_GUANGZHOU = "customs-gz"
CUSTOMS_SHENZHEN = "customs-sz"
HONG_KONG_CUSTOMS = "hk-customs"
HONG_KONG_REGISTRY = "hk-cr"
MACAU = "mo-dsedt"

OFFICES = {
    "4401": ("5100", "440000", CUSTOMS_GUANGZHOU, "广州"),
    "4403": ("5300", "470000", CUSTOMS_SHENZHEN, "深圳"),
    "4404": ("5700", "480000", CUSTOMS_GUANGZHOU, "拱北"),
    "4413": ("5300", "470000", CUSTOMS_SHENZHEN, "深圳"),
    "4419": ("5200", "440000", CUSTOMS_GUANGZHOU, "黄埔"),
    "4407": ("6800", "440000", CUSTOMS_GUANGZHOU, "江门"),
    "4405": ("6000", "440000", CUSTOMS_GUANGZHOU, "汕头"),
    "4408": ("6700", "440000", CUSTOMS_GUANGZHOU, "湛江"),
}
"""Customs office, inspection office, the agency that publishes for both, and the customs' name, by city."""

ELSEWHERE = ("5100", "440000", CUSTOMS_GUANGZHOU, "广州")
