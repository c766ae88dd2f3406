// Sample queries that run as they stand, their answers, and why a field is not among them.
import { field, h } from "./dom.js";
import { graphql, HubError } from "./hub.js";
import { badge, why } from "./schema.js";
import { help, language, say, withheld } from "./words.js";

/** The samples; `access` tells why, by coordinate, and `onPurpose` asks for another purpose. */
export function samplesSection(samples, access, session, onPurpose) {
  const choice = h(
    "select",
    null,
    samples.map((each, n) => h("option", { value: n }, each.title[language()])),
  );
  const about = h("p", { class: "muted" });
  const purpose = h("p");
  const query = h("textarea", { rows: 14, spellcheck: "false", autocomplete: "off" });
  const variables = h("textarea", { rows: 3, spellcheck: "false", autocomplete: "off" });
  const result = h("div", { class: "result", "aria-live": "polite" });

  const choose = () => {
    const sample = samples[choice.value];
    about.textContent = sample.about?.[language()] ?? "";
    purpose.replaceChildren(
      ...(sample.purpose === session.purpose
        ? []
        : [
            say(`此示例的目的是 ${sample.purpose}。`, `This sample is for the purpose ${sample.purpose}. `),
            h(
              "button",
              { type: "button", class: "small", onclick: () => onPurpose({ purpose: sample.purpose }) },
              say("改用此目的", "Ask for it"),
            ),
          ]),
    );
    query.value = sample.query;
    variables.value = JSON.stringify(sample.variables ?? {}, null, 1);
    result.replaceChildren();
  };
  const run = async (event) => {
    event.preventDefault();
    result.replaceChildren(h("p", null, say("正在查询…", "Asking…")));
    result.replaceChildren(...(await answered(query.value, variables.value, access)));
  };
  choice.addEventListener("change", choose);
  if (samples.length) choose();
  return h(
    "section",
    { "aria-labelledby": "samples" },
    h("h2", { id: "samples" }, say("示例查询", "Sample queries")),
    h(
      "div",
      { class: "halves" },
      h(
        "form",
        { onsubmit: run },
        field(say("示例", "Sample"), "sample", choice),
        about,
        purpose,
        field(say("查询", "Query"), "query", query),
        field(say("变量（JSON）", "Variables (JSON)"), "variables", variables),
        h("button", { type: "submit", class: "primary" }, say("运行", "Run")),
      ),
      h("div", null, h("h3", null, say("结果", "Result")), result),
    ),
  );
}

async function answered(query, variables, access) {
  let given;
  try {
    given = JSON.parse(variables || "{}");
  } catch {
    return [h("p", { class: "bad", role: "alert" }, say("变量不是 JSON。", "The variables are not JSON."))];
  }
  try {
    const { body, receipt } = await graphql(query, given);
    return [
      ...notes(body, access),
      h("pre", { tabindex: 0, "aria-label": say("应答", "The answer") }, JSON.stringify(body.data ?? null, null, 2)),
      receipt && h("details", null, h("summary", null, say("收据", "Receipt")), h("code", null, receipt)),
    ].filter(Boolean);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return [h("p", { class: "bad", role: "alert" }, error.message)];
  }
}

/** What is not told in full, each with its reason: by my access where that is known, else as the hub says it. */
function notes(body, access) {
  const errors = (body.errors ?? []).map((each) => {
    const { coordinate, code, rule, policy, helps } = each.extensions ?? {};
    const told = access?.[coordinate];
    return h(
      "li",
      null,
      code === "FIELD_WITHHELD" ? badge("WITHHOLD") : h("span", { class: "badge" }, code ?? "!"),
      " ",
      coordinate && h("code", null, coordinate),
      " ",
      place(each.path),
      told && told.outcome === "WITHHOLD"
        ? why(told)
        : h(
            "p",
            { class: "why" },
            code === "FIELD_WITHHELD" ? withheld(each) : each.message,
            " ",
            (rule ?? policy) && h("code", null, rule ?? policy),
            help(helps ?? {}) && h("span", { class: "help" }, help(helps ?? {})),
          ),
    );
  });
  const changed = (body.extensions?.access ?? []).map(({ coordinate, path, code, rules, message }) => {
    const told = access?.[coordinate];
    return h(
      "li",
      null,
      badge(code === "FIELD_MASKED" ? "TRANSFORM" : "CONDITIONAL"),
      " ",
      coordinate && h("code", null, coordinate),
      " ",
      place(path),
      told
        ? why(told)
        : h(
            "p",
            { class: "why" },
            message ?? "",
            " ",
            rules.map((rule) => h("code", null, `${rule} `)),
          ),
    );
  });
  return errors.length + changed.length === 0
    ? [h("p", null, badge("ALLOW"), say(" 所问全部给予。", " All that was asked for is given."))]
    : [
        h("h4", null, say("未完整给予的，及其原因", "What is not given in full, and why")),
        h("ul", { class: "notes" }, errors, changed),
      ];
}

function place(path) {
  return path?.length ? h("span", { class: "muted" }, path.join(" › ")) : null;
}
