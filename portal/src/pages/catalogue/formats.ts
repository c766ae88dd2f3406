import type { Text } from "../../i18n";

/** How a value of an identifier is built, beyond what its description says. */
export interface Format {
  /** What it looks like at a glance, as a regular expression; the hub also verifies check characters. */
  readonly pattern: string;
  readonly parts: Text;
}

const USCC = "[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}";

export const FORMATS: Readonly<Record<string, Format>> = {
  PartyId: {
    pattern: `CN-${USCC}|HK-([0-9]{1,8}|[CF][0-9]{7})|MO-[0-9A-Z./-]{1,32}`,
    parts: { zh: "登记地 + 在当地的标识", en: "where it is registered, and its identifier there" },
  },
  Uscc: {
    pattern: USCC,
    parts: {
      zh: "登记管理部门 1 · 机构类别 1 · 登记地区划 6 · 主体标识码 9 · 校验码 1",
      en: "authority 1 · class 1 · region 6 · organisation code 9 · check 1",
    },
  },
  OrganisationCode: {
    pattern: "[0-9A-Z]{8}[0-9X]",
    parts: { zh: "本体代码 8 · 校验码 1", en: "body 8 · check 1" },
  },
  CustomsCode: {
    pattern: "[0-9]{4}[0-9A-Z]{6}",
    parts: { zh: "地区 4 · 经济区划 1 · 经济类型 1 · 流水 4", en: "region 4 · zone 1 · ownership 1 · serial 4" },
  },
  DeclarationNo: {
    pattern: "[0-9]{4}(19|20)[0-9]{2}[01][0-9]{9}",
    parts: { zh: "关区 4 · 年份 4 · 进 1 出 0 · 流水 9", en: "customs 4 · year 4 · 1 import, 0 export · serial 9" },
  },
  Ubi: {
    pattern: "[0-9]{8}",
    parts: { zh: "商业登记号码前 8 位", en: "the business registration number's first 8 digits" },
  },
  CrNumber: {
    pattern: "[CF][0-9]{7}|[0-9]{1,7}",
    parts: {
      zh: "C 本地或 F 非香港公司 · 编号 7；旧编号只有数字",
      en: "C local or F other company · number 7; older ones are digits alone",
    },
  },
  MacauRegistrationNo: {
    pattern: "[0-9A-Z./-]{1,32}",
    parts: { zh: "由登记机关自定", en: "its registry's own" },
  },
  HsCode: {
    pattern: "[0-9]{10}",
    parts: { zh: "协调制度 6 · 本国子目 4", en: "Harmonized System 6 · national 4" },
  },
  Gtin: {
    pattern: "[0-9]{8}|[0-9]{12,14}",
    parts: { zh: "最后一位为校验码", en: "the last is a check digit" },
  },
  RegionCode: {
    pattern: "[0-9]{6}",
    parts: { zh: "省 2 · 市 2 · 区县 2", en: "province 2 · city 2 · county 2" },
  },
  ResidentId: {
    pattern: "[0-9]{17}[0-9X]",
    parts: {
      zh: "地址码 6 · 出生日期 8 · 顺序码 3 · 校验码 1",
      en: "region 6 · date of birth 8 · sequence 3 · check 1",
    },
  },
  BankAccount: {
    pattern: "[0-9A-Z]{6,34}",
    parts: { zh: "不含空格和连字符", en: "without spaces and hyphens" },
  },
  AgencyId: {
    pattern: "[a-z][a-z0-9]*(-[a-z0-9]+)*",
    parts: {
      zh: "以连字符相连的小写词，至多 64 个字符",
      en: "lower-case words joined by hyphens, 64 characters at most",
    },
  },
  Decimal: {
    pattern: "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,8})?",
    parts: { zh: "整数至多 18 位 · 小数至多 8 位", en: "at most 18 digits · at most 8 decimals" },
  },
  Date: {
    pattern: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    parts: { zh: "年 · 月 · 日", en: "year · month · day" },
  },
  DateTime: {
    pattern: "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\+00:00",
    parts: { zh: "给出时为 UTC，精确到秒", en: "given in UTC, to the second" },
  },
};
