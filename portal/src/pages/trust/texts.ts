import type { Text } from "../../i18n";
import type { EntryStanding, Standing } from "./expiry";
import type { Step } from "./recognising";

export const TITLE: Text = { zh: "信任", en: "Trust" };
export const INTRO: Text = {
  zh: "粤港澳三地互认哪些电子证书，由各地签署的信任列表决定。可在此查看列表，也可粘贴一张证书，逐项了解它为何被认可或不被认可。",
  en: "Which certificates of Guangdong, Hong Kong and Macau are recognised is decided by signed trust lists. Look at them here, or paste a certificate and see, condition by condition, why it is or is not recognised.",
};

export const JUDGE = {
  title: { zh: "这张证书被认可吗？", en: "Is this certificate recognised?" },
  label: { zh: "证书（PEM）", en: "Certificate (PEM)" },
  hint: {
    zh: "粘贴以 -----BEGIN CERTIFICATE----- 开头的文本，或将文件拖到框内。只有证书会发送给本枢纽；不会保存。",
    en: "Paste the text that begins with -----BEGIN CERTIFICATE-----, or drop a file on the box. Only the certificate is sent, to this hub alone, and it is not kept.",
  },
  samples: {
    zh: "示例世界中可试用 certs.example/hk/platform.pem（有效）和 certs.example/hk/revoked.pem（已吊销）。",
    en: "In the sample world, try certs.example/hk/platform.pem (a good one) and certs.example/hk/revoked.pem.",
  },
  file: { zh: "选择文件…", en: "Choose a file…" },
  judge: { zh: "检查证书", en: "Look at it" },
  judging: { zh: "正在检查…", en: "Looking at it…" },
  clear: { zh: "清空", en: "Clear" },
  result: { zh: "结果", en: "Result" },
  conditions: { zh: "须同时满足的条件", en: "All of these must hold" },
  waiting: {
    zh: "检查后，此处逐项显示每个条件是否满足。",
    en: "Once it was looked at, this tells of each condition whether it is met.",
  },
  subject: { zh: "主题", en: "Subject" },
  issuer: { zh: "签发者", en: "Issuer" },
  own: { zh: "证书有效期", en: "Certificate valid" },
  fingerprint: { zh: "SHA-256 指纹", en: "SHA-256 fingerprint" },
  party: { zh: "主体", en: "Party" },
  jurisdiction: { zh: "法域", en: "Jurisdiction" },
  assurance: { zh: "可信等级", en: "Assurance" },
  entry: { zh: "信任列表条目", en: "Entry of the trust list" },
  goodUntil: { zh: "认可有效期至", en: "Good until" },
  admits: { zh: "可用于", en: "Admitted for" },
} satisfies Record<string, Text>;

export const REFUSED: Record<"nothing" | "private key" | "no certificate", Text> = {
  nothing: { zh: "请先粘贴一张证书。", en: "Paste a certificate first." },
  "private key": {
    zh: "其中含有私钥，未发送任何内容。请只粘贴证书；私钥不应离开其持有者。",
    en: "There is a private key in it, so nothing was sent. Paste the certificate alone: a private key stays with its holder.",
  },
  "no certificate": {
    zh: "其中没有 PEM 证书。证书以 -----BEGIN CERTIFICATE----- 开头，以 -----END CERTIFICATE----- 结尾。",
    en: "There is no PEM certificate in it: one begins with -----BEGIN CERTIFICATE----- and ends with -----END CERTIFICATE-----.",
  },
};

export const CONDITIONS: Readonly<Record<string, { name: Text; about: Text }>> = {
  certificate: {
    name: { zh: "证书本身", en: "Certificate" },
    about: {
      zh: "可读、第 3 版，密钥种类与长度合格",
      en: "it can be read, is of version 3, and its key is strong enough",
    },
  },
  usage: {
    name: { zh: "用途", en: "Usage" },
    about: { zh: "不是 CA 证书，密钥可用于证明客户端", en: "it is no CA's, and its key may prove a client" },
  },
  "issuing CA": {
    name: { zh: "签发 CA", en: "Issuing CA" },
    about: { zh: "由信任列表所列的 CA 签发", en: "a CA that a trust list names has signed it" },
  },
  "validity of the entry": {
    name: { zh: "条目有效期", en: "Validity of the entry" },
    about: { zh: "信任列表条目当前有效", en: "the entry of the trust list holds now" },
  },
  "type name": {
    name: { zh: "证书类型", en: "Type name" },
    about: { zh: "主题中写明所列的证书类型", en: "its subject names the type that is listed" },
  },
  policy: {
    name: { zh: "证书策略", en: "Policy" },
    about: { zh: "证书策略 OID 在所列的弧之下", en: "a policy OID is below the listed arc" },
  },
  party: {
    name: { zh: "主体编号", en: "Party" },
    about: { zh: "主题中有且只有一个登记编号", en: "its subject says the number of just one party" },
  },
  path: {
    name: { zh: "证书路径", en: "Path" },
    about: {
      zh: "从所列根证书到它的路径有效（RFC 5280）",
      en: "the path from the listed root to it is valid (RFC 5280)",
    },
  },
  revocation: {
    name: { zh: "吊销状态", en: "Revocation" },
    about: { zh: "有足够新的证据表明未被吊销", en: "fresh evidence shows that nothing on the path was revoked" },
  },
};

export const STEPS: Record<Step, Text> = {
  met: { zh: "满足", en: "Met" },
  failed: { zh: "不满足", en: "Not met" },
  "not reached": { zh: "未检查", en: "Not looked at" },
};

export const recognisedAs = (party: string): Text => ({ zh: `认可为 ${party}`, en: `Recognised as ${party}` });
export const refusedFor = (condition: Text): Text => ({
  zh: `不予认可：未满足「${condition.zh}」`,
  en: `Not recognised: "${condition.en}" is not met`,
});
export const NOT_RECOGNISED: Text = { zh: "不予认可", en: "Not recognised" };

export const LISTS = {
  title: { zh: "有效的信任列表", en: "Trust lists in force" },
  none: {
    zh: "目前没有有效的信任列表：不认可任何证书。",
    en: "No trust list is in force: no certificate is recognised.",
  },
  sequence: { zh: "序号", en: "Sequence" },
  issued: { zh: "发布", en: "Issued" },
  next: { zh: "下次更新", en: "Next update" },
  signers: { zh: "签署人", en: "Signed by" },
  digest: { zh: "摘要", en: "Digest" },
  entries: { zh: "条目", en: "Entries" },
  overdue: {
    zh: "已到更新时间而没有新列表：此列表不再认可任何证书。",
    en: "The next list is overdue: this one recognises nothing any more.",
  },
  validity: { zh: "有效期", en: "Valid" },
  further: { zh: "至另行通知", en: "until further notice" },
  type: { zh: "证书类型", en: "Type name" },
  policy: { zh: "证书策略", en: "Policy" },
  assurance: { zh: "可信等级", en: "Assurance" },
  revocation: { zh: "吊销状态证明", en: "Revocation" },
  issuing: { zh: "签发 CA", en: "Issuing CA" },
  root: { zh: "根 CA", en: "Root CA" },
  purposes: { zh: "未登记的持有者可用于", en: "Admits unregistered holders for" },
  scopes: { zh: "权限范围", en: "Scopes" },
  registered: { zh: "仅限已登记为客户端的主体", en: "only parties that are registered as clients" },
} satisfies Record<string, Text>;

export const within = (span: Text): Text => ({ zh: `，不早于 ${span.zh}前`, en: `, at most ${span.en} old` });

export const SCHEMES: Record<"PUBLISHED" | "CONFIGURED", Text> = {
  PUBLISHED: { zh: "两地公布", en: "Published" },
  CONFIGURED: { zh: "本枢纽配置", en: "Configured here" },
};

export const PROOFS: Record<"CRL" | "OCSP" | "EITHER", Text> = {
  CRL: { zh: "吊销列表（CRL）", en: "CRL" },
  OCSP: { zh: "在线查询（OCSP）", en: "OCSP" },
  EITHER: { zh: "CRL 或 OCSP", en: "CRL or OCSP" },
};

export const STANDINGS: Record<EntryStanding | Standing, Text> = {
  good: { zh: "有效", en: "Valid" },
  soon: { zh: "即将到期", en: "Expires soon" },
  over: { zh: "已失效", en: "Ended" },
  "not yet": { zh: "尚未生效", en: "Not yet valid" },
};

export const JURISDICTIONS: Readonly<Record<string, Text>> = {
  CN_GD: { zh: "内地（广东）", en: "Mainland (Guangdong)" },
  "CN-GD": { zh: "内地（广东）", en: "Mainland (Guangdong)" },
  HK: { zh: "香港", en: "Hong Kong" },
  MO: { zh: "澳门", en: "Macau" },
};
