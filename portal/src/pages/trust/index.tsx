import { useSession } from "../../hub/session";
import { useText } from "../../i18n";
import { Failure, Notice, Page, Spinner } from "../../ui";
import { useAsked } from "../catalogue/asked";
import { Judge } from "./judge";
import { ListCard } from "./list";
import { askLists } from "./lists";
import { INTRO, LISTS, TITLE } from "./texts";
import "./trust.css";

export default function Trust() {
  const text = useText();
  const { session } = useSession();
  const { data, error, loading, reload } = useAsked(askLists, session.person?.subject);
  const now = Date.now();
  return (
    <Page title={text(TITLE)} intro={text(INTRO)}>
      <Judge />
      <section className="stack" aria-labelledby="trust-lists">
        <h2 id="trust-lists">{text(LISTS.title)}</h2>
        {loading && !data && <Spinner />}
        {error && <Failure error={error} onRetry={reload} />}
        {data?.length === 0 && <Notice kind="warn">{text(LISTS.none)}</Notice>}
        {data?.map((each) => (
          <ListCard key={each.jurisdiction} list={each} now={now} />
        ))}
      </section>
    </Page>
  );
}
