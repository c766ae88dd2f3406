// The schema as the person may see it, and beside each field whether he gets it, and why.
import { h } from "./dom.js";
import { graphql } from "./hub.js";
import { help, outcomeMark, outcomeWord, reason, say } from "./words.js";

const TYPE = "fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
const QUERY = `{ __schema { types {
  kind name description possibleTypes { name } enumValues { name description } inputFields { name description type { ...T } }
  fields { name description args { name type { ...T } } type { ...T } } } } } ${TYPE}`;
const MOST = 40;

export async function readTypes() {
  const { body } = await graphql(QUERY);
  const types = body.data?.__schema.types ?? [];
  return types.filter(({ kind, name }) => kind !== "SCALAR" && !name.startsWith("_"));
}

export function badge(outcome) {
  return h(
    "span",
    { class: "badge", "data-outcome": outcome },
    h("span", { "aria-hidden": "true" }, outcomeMark(outcome)),
    ` ${outcomeWord(outcome)}`,
  );
}

/** What becomes of one field, for whom it decides, by which rule, and what would help; the same is said once. */
export function why({ answers }) {
  const said = Map.groupBy(answers, ({ outcome, rules, wouldHelp, ...each }) =>
    JSON.stringify([outcome, reason({ outcome, ...each }), rules, wouldHelp]),
  );
  return [...said.values()].map((alike) => {
    const [{ outcome, rules, wouldHelp }] = alike;
    const providers = alike.flatMap((each) => each.providers).join(", ");
    return h(
      "p",
      { class: "why" },
      said.size > 1 && [badge(outcome), " "],
      providers && h("strong", null, `${providers}: `),
      `${reason(alike[0])} `,
      rules.map((rule) => h("code", null, `${rule} `)),
      help(wouldHelp) && h("span", { class: "help" }, help(wouldHelp)),
    );
  });
}

/** The schema with its search. `access` is by coordinate; null where it is not known. */
export function schemaSection(types, access) {
  const list = h("div", { class: "types" });
  const count = h("p", { class: "muted", role: "status" });
  const search = h("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false" });
  const only = h("input", { type: "checkbox", id: "only" });

  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = types.map((type) => matching(type, words, only.checked ? access : null)).filter(Boolean);
    const isSearch = words.length > 0 || only.checked;
    if (words.length) found.sort((one, other) => near(one, words) - near(other, words));
    const shown = found.slice(0, isSearch ? MOST : found.length);
    count.textContent =
      say(`${found.length} 个类型`, `${found.length} types`) +
      (shown.length < found.length ? say(`，显示前 ${shown.length} 个`, `, the first ${shown.length} shown`) : "");
    list.replaceChildren(
      ...shown.map((each) => typeDetails(each, access, isSearch && (shown.length <= 5 || near(each, words) === 0))),
    );
  };
  search.addEventListener("input", show);
  only.addEventListener("change", show);
  show();
  return h(
    "section",
    { "aria-labelledby": "schema" },
    h("h2", { id: "schema" }, say("数据模式与我的权限", "The schema, and what I am given")),
    h(
      "div",
      { class: "row" },
      h(
        "div",
        { class: "field" },
        h("label", { for: "search" }, say("搜索类型、字段、说明", "Search types, fields, descriptions")),
        search,
      ),
      h("label", { class: "check" }, only, say(" 只看未完整给予的字段", " Only fields that are not given in full")),
    ),
    count,
    list,
  );
}

/** How near a type's name is to what is searched. */
function near({ name }, words) {
  const known = name.toLowerCase();
  return words.includes(known) ? 0 : words.some((word) => known.includes(word)) ? 1 : 2;
}

function matching(type, words, access) {
  const members = type.fields ?? type.inputFields ?? type.enumValues ?? [];
  const has = (...texts) => words.every((word) => texts.join(" ").toLowerCase().includes(word));
  const isWhole = !access && has(type.name, type.description ?? "");
  const found = isWhole
    ? members
    : members.filter((each) => {
        const told = access?.[`${type.name}.${each.name}`];
        return has(type.name, each.name, each.description ?? "") && (!access || (told && told.outcome !== "ALLOW"));
      });
  return isWhole || found.length ? { ...type, members: found } : null;
}

function typeDetails(type, access, isOpen) {
  const outcomes = type.members.map(({ name }) => access?.[`${type.name}.${name}`]?.outcome);
  const details = h(
    "details",
    { open: isOpen },
    h(
      "summary",
      null,
      h("code", null, type.name),
      " ",
      ["TRANSFORM", "CONDITIONAL", "WITHHOLD"].map((outcome) => {
        const count = outcomes.filter((each) => each === outcome).length;
        return count > 0 && [badge(outcome), ` ${count} `];
      }),
      h("span", { class: "muted" }, type.description ?? ""),
    ),
  );
  // hundreds of types: what is not open is not made
  const fill = () => {
    if (details.open && details.children.length === 1) {
      details.append(
        h(
          "ul",
          null,
          type.members.map((each) => member(type, each, access)),
        ),
      );
    }
  };
  details.addEventListener("toggle", fill);
  fill();
  return details;
}

function member(type, each, access) {
  const told = access?.[`${type.name}.${each.name}`];
  const takes = each.args?.length
    ? `(${each.args.map(({ name, type: of }) => `${name}: ${typeText(of)}`).join(", ")})`
    : "";
  return h(
    "li",
    null,
    h(
      "div",
      null,
      h("code", null, h("strong", null, each.name), takes, each.type ? `: ${typeText(each.type)}` : ""),
      " ",
      told?.outcome === "ALLOW" && badge("ALLOW"),
    ),
    each.description && h("p", { class: "muted" }, each.description),
    told &&
      told.outcome !== "ALLOW" &&
      h("details", null, h("summary", null, badge(told.outcome), say(" 为什么", " why")), why(told)),
  );
}

function typeText({ kind, name, ofType }) {
  if (kind === "NON_NULL") return `${typeText(ofType)}!`;
  return kind === "LIST" ? `[${typeText(ofType)}]` : name;
}
