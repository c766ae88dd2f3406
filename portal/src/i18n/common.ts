/** Texts that several pages say. */
import type { Outcome } from "../hub/types";
import type { Text } from "./index";

export const OUTCOMES: Record<Outcome, Text> = {
  ALLOW: { zh: "给予", en: "Given" },
  TRANSFORM: { zh: "脱敏", en: "Masked" },
  CONDITIONAL: { zh: "部分行", en: "Some rows" },
  WITHHOLD: { zh: "不予", en: "Withheld" },
};

export const LOADING: Text = { zh: "正在读取…", en: "Loading…" };
export const CLOSE: Text = { zh: "关闭", en: "Close" };
export const CANCEL: Text = { zh: "取消", en: "Cancel" };
export const SIGN_IN: Text = { zh: "登录", en: "Sign in" };
export const SIGN_OUT: Text = { zh: "退出登录", en: "Sign out" };
export const TRY_AGAIN: Text = { zh: "重试", en: "Try again" };
export const NOTHING: Text = { zh: "没有内容", en: "Nothing here" };
export const NOT_YET: Text = { zh: "此页面尚未建成。", en: "This page is not built yet." };
