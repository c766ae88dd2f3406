import type { Text } from "../../i18n";
import type { Direction } from "./changes";
import type { Side } from "./model";

export const TITLE: Text = { zh: "权限矩阵", en: "Access matrix" };
export const INTRO: Text = {
  zh: "为某一使用目的，哪些部门能获取哪些字段。每一格都能说明缘由：选中它即可。",
  en: "For one purpose: which agencies get which fields. Every cell explains itself; choose it.",
};
export const PURPOSE: Text = { zh: "查看哪一目的", en: "Purpose to look at" };
export const TABS: Text = { zh: "权限矩阵的视图", en: "Parts of the access matrix" };
export const TAB_MATRIX: Text = { zh: "现行权限", en: "In force" };
export const TAB_PROPOSED: Text = { zh: "拟议策略", en: "Proposed policy" };

export const SIDES: Record<Side, Text> = {
  gives: { zh: "本部门给予各部门", en: "What we give" },
  gets: { zh: "本部门能获取的", en: "What we get" },
};
export const SIDE: Text = { zh: "查看", en: "Look at" };
export const NOTHING_PROVIDED: Text = {
  zh: "贵方不提供记录，因此此处仅显示贵方能获取的内容。",
  en: "You provide no records, so this shows what you get of others.",
};
export const TYPE: Text = { zh: "类型", en: "Type" };
export const EVERY_TYPE: Text = { zh: "全部类型", en: "All types" };
export const OUTCOME: Text = { zh: "按结果筛选", en: "Filter by outcome" };
export const FIELD: Text = { zh: "字段", en: "Field" };
export const ANSWER: Text = { zh: "结果", en: "Outcome" };
export const NO_ROWS: Text = { zh: "没有符合筛选条件的字段。", en: "No field fits the filter." };
export const GRID_HINT: Text = {
  zh: "用方向键移动，按回车查看说明。",
  en: "Move with the arrow keys; Enter tells why.",
};
export const NOT_TOLD: Text = { zh: "不显示其他部门的结果", en: "not told of other agencies" };

export const caption = (count: number, purpose: string): Text => ({
  zh: `${count} 个字段，目的“${purpose}”`,
  en: `${count} fields, with the purpose “${purpose}”`,
});

export const WHY = {
  title: { zh: "为什么？", en: "Why?" },
  how: { zh: "获取方式", en: "How it leaves" },
  cause: { zh: "原因", en: "Why not" },
  ground: { zh: "依据", en: "Legal basis" },
  policies: { zh: "依据的策略", en: "Policies" },
  rules: { zh: "依据的规则", en: "Rules" },
  help: { zh: "如何才能获取", en: "What would help" },
  noHelp: {
    zh: "没有可以申请的：只有提供部门修改策略才能获取",
    en: "nothing that one could ask for: its owner would have to change its policy",
  },
  scopes: { zh: "权限范围", en: "the scopes" },
  purposes: { zh: "任一目的", en: "any of the purposes" },
  rows: { zh: "记录来自", en: "In rows of" },
  version: { zh: "版本", en: "version" },
  words: { zh: "枢纽的说明（英文）", en: "In the hub's words" },
} satisfies Record<string, Text>;

export const PROPOSED = {
  intro: {
    zh: "粘贴或选择本部门的策略源文件（JSON），查看它与现行权限相比会改变什么。",
    en: "Paste or choose a source of one of your agency's policies (JSON), and see what it would change of what is in force.",
  },
  kept: {
    zh: "只作比较：不保存，不发布，不生效。",
    en: "It is compared and no more: nothing is stored, published or put in force.",
  },
  label: { zh: "策略源文件", en: "Source of the policy" },
  file: { zh: "选择文件…", en: "Choose a file…" },
  compare: { zh: "比较", en: "Compare" },
  comparing: { zh: "正在比较…", en: "Comparing…" },
  empty: { zh: "请先粘贴策略源文件。", en: "Paste the source of a policy first." },
  same: { zh: "与现行权限没有差别。", en: "It changes nothing of what is in force." },
  stopped: { zh: "须先解决以下问题，才能比较。", en: "It cannot be compared before these problems are solved." },
  problems: { zh: "问题", en: "Problems" },
  where: { zh: "位置", en: "Where" },
  what: { zh: "问题", en: "What" },
  changes: { zh: "变化", en: "Changes" },
  recipient: { zh: "接收方", en: "Recipient" },
  before: { zh: "现在", en: "Before" },
  after: { zh: "之后", en: "After" },
  change: { zh: "变化", en: "Change" },
  becomes: { zh: "变为", en: "becomes" },
} satisfies Record<string, Text>;

export const DIRECTIONS: Record<Direction, Text> = {
  GAINED: { zh: "增加", en: "Gained" },
  LOST: { zh: "减少", en: "Lost" },
  CHANGED: { zh: "改变", en: "Changed" },
};

export const summary = (counts: Record<Direction, number>, problems: number): Text => ({
  zh: `增加 ${counts.GAINED} 项，减少 ${counts.LOST} 项，改变 ${counts.CHANGED} 项；问题 ${problems} 个`,
  en: `${counts.GAINED} gained, ${counts.LOST} lost, ${counts.CHANGED} changed; problems: ${problems}`,
});
