// Who is signed in and for what purpose; language and theme.
import { field, h } from "./dom.js";
import { signInAddress } from "./hub.js";
import { language, say, setLanguage } from "./words.js";

const THEME = "baygate-theme";

export function applyTheme() {
  const stored = localStorage.getItem(THEME);
  if (stored === "light" || stored === "dark") document.documentElement.dataset.theme = stored;
}

/** The header; `act` are `draw`, `signOut` and `changePurpose`. */
export function header(session, act) {
  const { person } = session;
  const other = language() === "zh" ? "en" : "zh";
  const switchLanguage = () => {
    setLanguage(other);
    act.draw();
  };
  return [
    h(
      "p",
      { class: "brand" },
      h("strong", null, "baygate"),
      " ",
      h("span", { class: "muted" }, say("简明页面", "plain page")),
    ),
    person &&
      h("p", null, h("strong", null, person.name ?? person.subject), ` · ${person.agency} · ${person.jurisdiction}`),
    h(
      "div",
      { class: "row end" },
      h(
        "button",
        { type: "button", class: "small", lang: other, onclick: switchLanguage },
        other === "zh" ? "中文" : "English",
      ),
      h("button", { type: "button", class: "small", onclick: switchTheme }, say("明暗", "Light or dark")),
      person && h("button", { type: "button", class: "small", onclick: act.signOut }, say("退出登录", "Sign out")),
    ),
  ].filter(Boolean);
}

function switchTheme() {
  const { dataset } = document.documentElement;
  const now = dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  dataset.theme = now === "dark" ? "light" : "dark";
  localStorage.setItem(THEME, dataset.theme);
}

/** The purpose, with what has to be named along with it: a session begins with one, and can be changed to another. */
export function purposeSection(session, changePurpose) {
  const choice = h(
    "select",
    null,
    session.purposes.map((each) =>
      h("option", { value: each.id, selected: each.id === session.purpose }, `${each[language()]} (${each.id})`),
    ),
  );
  const needed = h("div", { class: "row" });
  const input = (id, label) => field(label, id, h("input", { type: "text", required: true, autocomplete: "off" }));
  const show = () => {
    const { needs = [] } = session.purposes.find(({ id }) => id === choice.value) ?? {};
    needed.replaceChildren(
      ...[
        needs.includes("legalBasis") && input("legalBasis", say("法律依据", "Legal basis")),
        needs.includes("caseNo") && input("caseNo", say("案件编号", "Case number")),
      ].filter(Boolean),
    );
  };
  const submit = (event) => {
    event.preventDefault();
    const of = (id) => document.getElementById(id)?.value;
    const asked = { purpose: choice.value, legalBasis: of("legalBasis"), caseNo: of("caseNo") };
    if (session.signedIn) changePurpose(asked);
    else location.assign(signInAddress(asked));
  };
  choice.addEventListener("change", show);
  show();
  return h(
    "section",
    { "aria-labelledby": "purpose-title" },
    h("h2", { id: "purpose-title" }, session.signedIn ? say("查询目的", "Purpose") : say("登录", "Sign in")),
    !session.signedIn &&
      h(
        "p",
        null,
        say(
          "登录后可见：您能得到哪些字段，哪些不予、为什么，以及怎样才能得到。登录在枢纽自己的页面上进行。",
          "Once you are signed in you see which fields you are given, which not and why, and what would help. You sign in on the hub's own page.",
        ),
      ),
    h(
      "form",
      { class: "row", onsubmit: submit },
      field(say("目的", "Purpose"), "purpose", choice),
      needed,
      h(
        "button",
        { type: "submit", class: session.signedIn ? null : "primary" },
        session.signedIn ? say("以此目的查询", "Ask for this purpose") : say("登录", "Sign in"),
      ),
      session.signedIn &&
        h(
          "a",
          { href: signInAddress({ purpose: session.purpose, prompt: "login" }) },
          say("换一个人登录", "Sign in as somebody else"),
        ),
    ),
  );
}
