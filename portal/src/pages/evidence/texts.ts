import type { Text } from "../../i18n";
import type { State } from "./verify/verify";
import type { Step } from "./verify/refuted";

export const TITLE: Text = { zh: "凭据", en: "Evidence" };
export const INTRO: Text = {
  zh: "谁在何时、为何目的得到了本机构的记录；以及一张收据是否属实。",
  en: "Who was given records of your agency, when and for what purpose; and whether a receipt is true.",
};

export const ACCESSES = {
  tab: { zh: "本机构数据的访问记录", en: "Accesses to our records" },
  filters: { zh: "筛选", en: "Filters" },
  party: { zh: "被访问主体", en: "About party" },
  agency: { zh: "访问部门", en: "By agency" },
  purpose: { zh: "使用目的", en: "Purpose" },
  from: { zh: "自（含当日，UTC）", en: "From (UTC)" },
  to: { zh: "至（含当日，UTC）", en: "To, included (UTC)" },
  show: { zh: "查询", en: "Show" },
  reset: { zh: "清除", en: "Clear" },
  download: { zh: "全部下载（NDJSON）", en: "Download all (NDJSON)" },
  downloading: { zh: "正在下载…", en: "Downloading…" },
  more: { zh: "更早的记录", en: "Show older ones" },
  all: { zh: "没有更早的记录。", en: "There are no older ones." },
  none: { zh: "没有符合条件的访问。", en: "Nobody was given records by these conditions." },
  noneYet: {
    zh: "本机构数据被访问后，约一秒内出现在此处。",
    en: "An access appears here about a second after its answer.",
  },
  unscoped: { zh: "您的令牌没有 audit:read 范围", en: "Your token lacks the scope audit:read" },
  unscopedHelp: {
    zh: "访问记录只给予具有该范围的人。请向本机构负责授权的人员申请，然后重新登录。收据无需此范围即可核对。",
    en: "Accesses are told to those who have it. Ask whoever grants rights at your agency, then sign in again. A receipt can be verified without.",
  },
  refused: { zh: "枢纽没有给出访问记录", en: "The hub did not tell the accesses" },
  caption: { zh: "访问记录，最新在前", en: "Accesses, newest first" },
  at: { zh: "时间（UTC）", en: "When (UTC)" },
  who: { zh: "访问方", en: "Who" },
  what: { zh: "目的与依据", en: "What for" },
  rows: { zh: "记录", en: "Records" },
  fields: { zh: "字段", en: "Fields" },
  record: { zh: "日志编号", en: "Record" },
  noParty: { zh: "不属于任何主体", en: "of no party" },
  noOperation: { zh: "（无名查询）", en: "(no name)" },
  which: { zh: "哪些字段", en: "which fields" },
  basis: { zh: "依据", en: "basis" },
  case: { zh: "案件", en: "case" },
  provider: { zh: "数据来自", en: "records of" },
  timeline: { zh: "时间分布", en: "Over time" },
  perHour: { zh: "每小时访问次数，按访问部门", en: "Accesses per hour, by agency" },
  perDay: { zh: "每日访问次数，按访问部门", en: "Accesses per day, by agency" },
  asTable: { zh: "以表格显示", en: "As a table" },
  others: { zh: "其他", en: "others" },
  hour: { zh: "小时（UTC）", en: "Hour (UTC)" },
  day: { zh: "日期（UTC）", en: "Day (UTC)" },
  given: { zh: "给出了什么", en: "What was given" },
  fieldCounts: { zh: "字段按结果", en: "Fields by outcome" },
  rowCounts: { zh: "记录按类型", en: "Records by type" },
  type: { zh: "类型", en: "Type" },
  count: { zh: "条数", en: "Rows" },
} satisfies Record<string, Text>;

export const STATUS: Record<string, Text> = {
  OK: { zh: "完整", en: "in full" },
  PARTIAL: { zh: "部分", en: "in part" },
  FAILED: { zh: "失败", en: "failed" },
};

export function loaded(count: number): Text {
  return { zh: `已读取 ${count} 次访问`, en: count === 1 ? "1 access read" : `${count} accesses read` };
}

export const RECEIPT = {
  tab: { zh: "核对收据", en: "Verify a receipt" },
  trust: {
    zh: "核对在此页面内进行，只用浏览器的 WebCrypto；不询问枢纽。唯一被信任的是您自己保存的根文件：请用您当初从协调机构得到的那一份，而非枢纽现在给出的。",
    en: "Verified within this page, by the browser's WebCrypto; the hub is not asked. All that is believed is your own copy of the root document: take the one that the coordinators gave you, not one that a hub gives out now.",
  },
  trustTitle: { zh: "无需信任枢纽", en: "Without trusting the hub" },
  code: {
    zh: "本页面的程序由枢纽提供。若连程序也不信任，请在自己的机器上运行 baygate audit verify-receipt：步骤相同。",
    en: "The page's program itself comes from the hub. If you do not trust that either, run baygate audit verify-receipt on a machine of your own: the steps are the same.",
  },
  root: { zh: "根文件", en: "Root document" },
  rootHint: { zh: "您自己的 policies/root.jws", en: "Your own policies/root.jws" },
  header: { zh: "收据（Baygate-Receipt）", en: "Receipt (Baygate-Receipt)" },
  headerHint: {
    zh: "应答的头部，原样粘贴；或只填编号，例如 7-1203",
    en: "The answer's header as it came; or its number alone, such as 7-1203",
  },
  proof: { zh: "证明（JSON）", en: "Proof (JSON)" },
  proofHint: {
    zh: "/audit/receipts/{编号} 的应答；应答后约一秒即有",
    en: "What /audit/receipts/{id} gives, about a second after the answer",
  },
  fetch: { zh: "向枢纽取证明", en: "Get the proof from the hub" },
  fetching: { zh: "正在取…", en: "Getting it…" },
  body: { zh: "应答（可选）", en: "The answer (optional)" },
  bodyHint: {
    zh: "应答正文的文件，一字节不改，用于比对摘要",
    en: "A file of its body, to the byte: its digest is compared",
  },
  file: { zh: "选择文件", en: "Choose a file" },
  pasted: { zh: "或粘贴", en: "Or paste it" },
  chosen: { zh: "已选择", en: "Chosen" },
  remove: { zh: "移除", en: "Remove" },
  verify: { zh: "核对", en: "Verify" },
  verifying: { zh: "正在核对…", en: "Verifying…" },
  lacking: { zh: "还缺：", en: "Still lacking: " },
  result: { zh: "结果", en: "Result" },
  insecure: {
    zh: "此页面不是经 HTTPS 取得，浏览器不提供 WebCrypto；请经 HTTPS 打开，或使用 baygate audit verify-receipt。",
    en: "This page did not come by HTTPS, and the browser gives it no WebCrypto: open it by HTTPS, or use baygate audit verify-receipt.",
  },
  waiting: {
    zh: "给出根文件和证明后，此处逐步显示结果。",
    en: "Give the root document and the proof; what they prove is shown here, step by step.",
  },
  holds: { zh: "属实：日志中确有此记录", en: "True: the log holds this record" },
  fails: { zh: "未能证明", en: "This proves nothing" },
  said: { zh: "记录所载", en: "What the record says" },
  elsewhere: { zh: "此处没有核对的", en: "What is not verified here" },
} satisfies Record<string, Text>;

export const STEP: Record<Step, { readonly title: Text; readonly told: Text }> = {
  root: {
    title: { zh: "根文件", en: "Root document" },
    told: {
      zh: "每个签名成立；签署者为其所列协调机构，证书追溯到其根证书，未被撤销；达到门限。",
      en: "Each signature holds; each signer is a coordinator whom it names, by a certificate that leads to an authority of its own and was not revoked; there are as many as it takes.",
    },
  },
  form: {
    title: { zh: "证明的形式", en: "Form of the proof" },
    told: { zh: "只含枢纽所给的成员。", en: "It has the members that a hub gives, and nothing else." },
  },
  record: {
    title: { zh: "记录", en: "Record" },
    told: {
      zh: "是日志记录；叶散列由其原文逐字节算出。",
      en: "It is a record of a log; its leaf is the hash of its text, to the byte.",
    },
  },
  receipt: {
    title: { zh: "收据", en: "Receipt" },
    told: {
      zh: "与一同写入的记录共一个签名，由根文件认证的收据密钥在其有效期内签署（ES256）；路径从此记录的叶通到所签的根。",
      en: "Signed (ES256), together with the records that were written with it, with a key that the root document certifies for receipts, in its time; its path leads from this record's leaf to the root that was signed.",
    },
  },
  head: {
    title: { zh: "签名树头", en: "Signed tree head" },
    told: {
      zh: "由根文件认证的树头密钥在其有效期内签署，属于同一日志。",
      en: "Signed with a key that the root document certifies for heads, in its time; of the same log.",
    },
  },
  inclusion: {
    title: { zh: "包含证明", en: "Inclusion" },
    told: {
      zh: "路径从该叶通到树头的根（RFC 9162 第 2.1.3.2 节）。",
      en: "The path leads from the leaf to the root of the head (RFC 9162, section 2.1.3.2).",
    },
  },
  body: {
    title: { zh: "应答", en: "Answer" },
    told: { zh: "其加盐摘要与记录所载一致。", en: "Its salted digest is the one that the record says." },
  },
};

export const STATES: Record<State, Text> = {
  met: { zh: "成立", en: "met" },
  failed: { zh: "不成立", en: "not met" },
  open: { zh: "未检查：前面的步骤已不成立", en: "not examined: an earlier step failed" },
  absent: { zh: "未检查：没有给出", en: "not examined: none was given" },
};

export const ELSEWHERE: readonly Text[] = [
  {
    zh: "根文件中证书：此处核对签名、有效期、用途、路径长度和根文件所列的撤销；名称约束等其他关键扩展一律拒绝。国密（SM2）证书浏览器与枢纽都不接受。",
    en: "Certificates of the root document: signatures, validity, usage, path length and the document's own revocations are verified here; any other critical extension, such as name constraints, is refused. SM2 certificates neither a browser nor the hub takes.",
  },
  {
    zh: "根文件的其他内容（机构、目的、信任列表）不在此读取：收据与之无关。baygate policy 命令核对它们。",
    en: "What else the root document says (agencies, purposes, trust lists) is not read here: no receipt depends on it. The commands of baygate policy verify it.",
  },
];

export const STAMP: Text = {
  zh: "证明中有时间戳（RFC 3161，X.509 与 CMS），WebCrypto 不能读取；由 baygate audit verify-receipt --stamped-by 核对。",
  en: "There is a time stamp among it (RFC 3161, in CMS and X.509), which WebCrypto cannot read: baygate audit verify-receipt --stamped-by verifies it.",
};

export function proves(size: bigint, index: bigint, at: string): Text {
  return {
    zh: `它是日志的第 ${index} 片叶，由 ${at} 签署的 ${size} 条记录的树头证明。`,
    en: `It is leaf ${index} of the log: the head of ${size} records proves it, signed at ${at}.`,
  };
}

export function rootTold(version: bigint, threshold: number, signers: number): Text {
  return {
    zh: `版本 ${version}；${signers} 方签署，门限 ${threshold}`,
    en: `version ${version}; signed by ${signers}, and it takes ${threshold}`,
  };
}

export const SAID = {
  at: { zh: "时间", en: "When" },
  who: { zh: "访问方", en: "Who asked" },
  purpose: { zh: "目的", en: "Purpose" },
  basis: { zh: "法律依据", en: "Legal basis" },
  case: { zh: "案件编号", en: "Case" },
  operation: { zh: "查询", en: "Operation" },
  status: { zh: "结果", en: "Status" },
  rows: { zh: "给出的记录", en: "Records given" },
  decisions: { zh: "决定的摘要", en: "Digest of decisions" },
  policies: { zh: "策略版本", en: "Policies" },
  kind: { zh: "运营者声明", en: "An operator's statement" },
} satisfies Record<string, Text>;
