import { HubError } from "../hub/client";
import { useSession } from "../hub/session";
import { type Text, useText } from "../i18n";
import { SIGN_IN, TRY_AGAIN } from "../i18n/common";
import { Notice } from "./notice";

const TITLES: Readonly<Record<number, Text>> = {
  0: { zh: "无法连接枢纽", en: "The hub cannot be reached" },
  401: { zh: "登录已过期", en: "Your sign-in has ended" },
  403: { zh: "枢纽拒绝了此请求", en: "The hub refused this" },
  404: { zh: "没有找到", en: "Not found" },
  429: { zh: "请求过于频繁", en: "Too many requests" },
  503: { zh: "枢纽暂时不可用", en: "The hub is not available for the moment" },
};

const ADVICE: Readonly<Record<number, Text>> = {
  0: { zh: "请确认枢纽正在运行，然后重试。", en: "See whether it runs, then try again." },
  401: { zh: "请重新登录；编辑中的内容会保留。", en: "Sign in again; what you wrote is kept." },
  429: { zh: "请稍候再试，或减小查询的规模。", en: "Wait a little, or ask for less at a time." },
  503: {
    zh: "枢纽正在启动、停止或过载。请稍候再试。",
    en: "It is starting, stopping or overloaded. Try again in a moment.",
  },
};

const OTHER: Text = { zh: "枢纽没有按要求答复", en: "The hub did not answer as asked" };

const waiting = (seconds: number): Text => ({
  zh: `枢纽建议 ${seconds} 秒后重试。`,
  en: `The hub says to try again after ${seconds} s.`,
});

/** A hub that did not answer as asked, in words, with what to do. */
export function Failure({ error, onRetry }: { error: HubError; onRetry?: (() => void) | undefined }) {
  const text = useText();
  const { signIn } = useSession();
  const advice = ADVICE[error.status];
  const actions = (
    <>
      {error.status === 401 && (
        <button type="button" className="button primary" onClick={() => signIn()}>
          {text(SIGN_IN)}
        </button>
      )}
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          {text(TRY_AGAIN)}
        </button>
      )}
    </>
  );
  return (
    <Notice kind="error" title={text(TITLES[error.status] ?? OTHER)} actions={actions}>
      {advice && <p>{text(advice)}</p>}
      {error.retryAfter !== null && <p>{text(waiting(error.retryAfter))}</p>}
      {error.status !== 0 && (
        <p className="muted" lang="en">
          {error.message} <code>{error.error}</code>
        </p>
      )}
    </Notice>
  );
}
