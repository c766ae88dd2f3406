// The explorer without anything that has to be built: what I am given, why, and samples to try it on.
import { h } from "./dom.js";
import { applyTheme, header, purposeSection } from "./header.js";
import { changePurpose, get, HubError, signOut } from "./hub.js";
import { samplesSection } from "./samples.js";
import { readTypes, schemaSection } from "./schema.js";
import { language, say } from "./words.js";

const NOBODY = { signedIn: false, person: null, purposes: [] };
const main = document.getElementById("main");
let known = { session: NOBODY };

const act = {
  draw,
  signOut: () =>
    guarded(async () => {
      await signOut();
      await load();
    }),
  changePurpose: (asked) =>
    guarded(async () => {
      await changePurpose(asked);
      await load();
    }),
};

/** Read anew what is shown. */
async function load() {
  const session = { ...NOBODY, ...(await get("/explore/session")) };
  known = { session };
  if (session.signedIn) {
    const [samples, access, types] = await Promise.all([
      get("/explore/samples"),
      get("/explore/api/access"),
      readTypes(),
    ]);
    known = { session, samples, access: access.fields, types };
  }
  draw();
}

function draw() {
  const { session, samples, access, types } = known;
  document.documentElement.lang = language() === "zh" ? "zh-Hans" : "en";
  document.title = say("baygate · 简明页面", "baygate · plain page");
  document.getElementById("header").replaceChildren(...header(session, act));
  main.replaceChildren(
    ...[
      h("h1", null, say("我能得到哪些数据，为什么", "Which data I am given, and why")),
      purposeSection(session, act.changePurpose),
      samples && samplesSection(samples, access, session, act.changePurpose),
      types && schemaSection(types, access),
    ].filter(Boolean),
  );
}

/** Do something; what the hub says against it is shown, and the rest of the page stays as it was. */
async function guarded(work) {
  main.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    draw();
    main.prepend(h("p", { class: "bad", role: "alert" }, error.message));
  } finally {
    main.removeAttribute("aria-busy");
  }
}

applyTheme();
await guarded(load);
