import type { Text } from "../i18n";
import type { PageName } from "../routes";

export const PRODUCT: Text = { zh: "数据共享枢纽", en: "Data-sharing hub" };
export const SKIP: Text = { zh: "跳到内容", en: "Skip to content" };
export const NAVIGATION: Text = { zh: "页面", en: "Pages" };
export const MENU: Text = { zh: "菜单", en: "Menu" };
export const PURPOSE: Text = { zh: "查询目的", en: "Purpose" };
export const PURPOSE_NONE: Text = { zh: "未指明目的", en: "No purpose named" };
export const PURPOSE_CHANGING: Text = { zh: "正在更换目的…", en: "Changing the purpose…" };
export const LANGUAGE_OTHER: Text = { zh: "English", en: "中文" };
export const THEME_TO_DARK: Text = { zh: "切换为深色", en: "Switch to dark" };
export const THEME_TO_LIGHT: Text = { zh: "切换为浅色", en: "Switch to light" };
export const PERSON: Text = { zh: "登录身份", en: "Signed in as" };
export const OTHER_PERSON: Text = { zh: "换一个人登录", en: "Sign in as somebody else" };
export const AGENCY: Text = { zh: "机构", en: "Agency" };
export const JURISDICTION: Text = { zh: "法域", en: "Jurisdiction" };
export const DEVELOPMENT: Text = {
  zh: "示例环境：任何人都能以任何身份登录。",
  en: "Sample world: anybody can sign in as anybody.",
};

export const NEEDS_TITLE: Text = { zh: "此目的需要更多说明", en: "This purpose needs more to be said" };
export const NEEDS_INTRO: Text = {
  zh: "所填内容会写入访问令牌，并与每次访问一起记入审计日志。",
  en: "What you enter goes into the token, and into the audit log with every access.",
};
export const NEEDS: Readonly<Record<"legalBasis" | "caseNo", Text>> = {
  legalBasis: { zh: "法律依据", en: "Legal basis" },
  caseNo: { zh: "案件编号", en: "Case number" },
};
export const ASK_FOR_PURPOSE: Text = { zh: "以此目的查询", en: "Ask for this purpose" };

export const BROKEN: Text = { zh: "此页面出错了", en: "This page broke" };
export const BROKEN_ADVICE: Text = {
  zh: "请重新载入。如果仍然出错，请把下面的话告诉枢纽的运维人员。",
  en: "Reload it. If it breaks again, tell the hub's operator what it says below.",
};
export const NOT_FETCHED: Text = { zh: "此页面未能载入", en: "This page could not be loaded" };
export const NOT_FETCHED_ADVICE: Text = {
  zh: "枢纽可能在您打开页面后已更新，或暂时无法连接。请重新载入。",
  en: "The hub may have been updated since you opened it, or cannot be reached. Reload it.",
};
export const RELOAD: Text = { zh: "重新载入", en: "Reload" };

export const START_TITLE: Text = {
  zh: "看看您能得到哪些数据，以及原因",
  en: "See which data you are given, and why",
};
export const START_INTRO: Text = {
  zh: "枢纽让机构之间按字段共享数据：每个字段给谁、为何目的，由数据所属机构签署的策略决定。登录后，这里显示的一切都以您的身份取得。",
  en: "Agencies share records through this hub field by field: who is given a field, and for which purpose, is decided by policies that the agency which owns it has signed. Once you are signed in, everything here is what you yourself are given.",
};
export const START_PURPOSE: Text = { zh: "您为何目的查询？", en: "What do you ask for?" };
export const START_CHOOSE: Text = { zh: "请选择目的…", en: "Choose a purpose…" };
export const START_SIGN_IN: Text = { zh: "登录", en: "Sign in" };
export const START_WHERE: Text = {
  zh: "您得到什么取决于目的，之后随时可以更换。登录在枢纽自己的页面上进行，然后回到这里。",
  en: "What you are given depends on the purpose; you can change it later. You sign in on the hub's own page and come back here.",
};
export const START_SHOWS: Text = { zh: "登录之后", en: "What you will find" };

export const ABOUT: Readonly<Record<PageName, Text>> = {
  explore: {
    zh: "编写查询并运行示例；每个字段都标明给予、脱敏、部分行或不予，以及由哪条规则决定、怎样才能得到。",
    en: "Write queries and run samples; each field says whether you are given it, masked, for some rows or not at all, which rule decided, and what would help.",
  },
  catalogue: {
    zh: "数据字典：提供机构、共享类型、更新频率、法律依据，可检索并下载。",
    en: "The data dictionary: owner, sharing class, update frequency and legal basis; to search and download.",
  },
  matrix: {
    zh: "您所在机构的记录给了谁：机构与字段对照，并可预览策略修改的影响。",
    en: "Who is given your agency's records, agency by field, and what a changed policy would change.",
  },
  trust: {
    zh: "信任列表及其有效期；粘贴一张证书，看它是否被承认、为什么。",
    en: "The trust lists and when they end; paste a certificate and see whether it is recognised, and why.",
  },
  evidence: {
    zh: "您的访问记录；收据在本页内验证，无需信任枢纽。",
    en: "The record of your accesses; receipts are verified in the page, without trusting the hub.",
  },
  health: {
    zh: "枢纽此刻的状况：请求、来源、耗时与审计。",
    en: "How the hub is doing now: requests, sources, latency and the audit log.",
  },
};
