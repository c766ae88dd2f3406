import type { Text } from "../../i18n";

export const TITLE: Text = { zh: "运行", en: "Health" };
export const INTRO: Text = {
  zh: "此枢纽最近十分钟的运行情况，每五秒更新；不含任何个人数据。",
  en: "How this hub has run in the last ten minutes, anew every five seconds; no personal value is among it.",
};

export function answered(worker: string, at: string): Text {
  return { zh: `由工作进程 ${worker} 于 ${at} UTC 答复`, en: `Worker ${worker} answered at ${at} UTC` };
}

export const OTHERS: Text = {
  zh: "有多个工作进程时，由哪一个答复是随机的；各图只画该进程自己的数据。",
  en: "Where there are several workers, which of them answers is chance; each plot is of that worker alone.",
};

export const PLOTS = {
  requests: { zh: "请求（每 5 秒）", en: "Requests (each 5 s)" },
  answered: { zh: "全部", en: "all" },
  latency: { zh: "用时（毫秒）", en: "Latency (ms)" },
  errors: { zh: "错误（每 5 秒）", en: "Errors (each 5 s)" },
  refused: { zh: "拒绝", en: "refused" },
  failed: { zh: "失败", en: "failed" },
  cache: { zh: "计划缓存命中率（%）", en: "Plan cache hits (%)" },
  hits: { zh: "命中", en: "hits" },
  pool: { zh: "数据库连接", en: "Database connections" },
  busy: { zh: "使用中", en: "busy" },
  idle: { zh: "空闲", en: "idle" },
  waiting: { zh: "等待", en: "waiting" },
  lag: { zh: "审计滞后（秒）", en: "Audit lag (s)" },
  lagSeries: { zh: "滞后", en: "lag" },
} satisfies Record<string, Text>;

export const TILES = {
  requests: { zh: "请求", en: "Requests" },
  refused: { zh: "拒绝", en: "Refused" },
  failed: { zh: "失败", en: "Failed" },
  p95: { zh: "最近的 p95", en: "Latest p95" },
  log: { zh: "审计日志条数", en: "Records in the log" },
  unsigned: { zh: "尚未签署", en: "Not signed yet" },
  alarms: { zh: "审计告警", en: "Audit alarms" },
  memory: { zh: "内存", en: "Memory" },
} satisfies Record<string, Text>;

export const SOURCES = {
  caption: { zh: "数据来源", en: "Sources" },
  name: { zh: "来源", en: "Source" },
  status: { zh: "断路器", en: "Breaker" },
  closed: { zh: "正常", en: "closed: it is asked" },
  open: { zh: "已断开，暂不询问", en: "open: left alone for now" },
  asked: { zh: "询问", en: "Asked" },
  failures: { zh: "失败", en: "Failures" },
  none: { zh: "没有远程来源。", en: "There is no remote source." },
} satisfies Record<string, Text>;

export const STAGES = {
  caption: { zh: "各阶段平均用时", en: "Mean time of each stage" },
  name: { zh: "阶段", en: "Stage" },
  count: { zh: "次数", en: "Times" },
  mean: { zh: "平均（毫秒）", en: "Mean (ms)" },
} satisfies Record<string, Text>;

export const CACHES = {
  caption: { zh: "缓存", en: "Caches" },
  name: { zh: "缓存", en: "Cache" },
  plans: { zh: "计划", en: "plans" },
  operations: { zh: "已解析的查询", en: "parsed operations" },
  entries: { zh: "条目", en: "Entries" },
  size: { zh: "大小", en: "Size" },
  hits: { zh: "命中", en: "Hits" },
  misses: { zh: "未命中", en: "Misses" },
} satisfies Record<string, Text>;

export const AS_TABLE: Text = { zh: "最近一分钟，以表格显示", en: "The last minute as a table" };
export const AT: Text = { zh: "时间（UTC）", en: "At (UTC)" };
export const NOT_YET: Text = {
  zh: "工作进程刚启动，指标稍后出现。",
  en: "The worker has just begun; its gauges follow.",
};
export const PAUSE: Text = { zh: "暂停更新", en: "Pause" };
export const REFRESH: Text = { zh: "更新一次", en: "Read once" };
