import { useSession } from "../hub/session";
import { useText } from "../i18n";
import { Icon } from "../ui";
import { useAsking } from "./asking";
import { PURPOSE, PURPOSE_CHANGING, PURPOSE_NONE } from "./texts";

/** What the person asks for; to choose another asks the hub for it at once. */
export function PurposeSelector() {
  const text = useText();
  const { session } = useSession();
  const { changing, askFor } = useAsking();
  return (
    <label className="purpose">
      <Icon name="goal" />
      <span className="purpose-label">{text(PURPOSE)}</span>
      <select
        className="select"
        value={session.purpose ?? ""}
        disabled={changing}
        onChange={(event) => askFor(event.target.value)}
      >
        {session.purpose === null && <option value="">{text(PURPOSE_NONE)}</option>}
        {session.purposes.map((each) => (
          <option key={each.id} value={each.id}>
            {text(each)}
          </option>
        ))}
      </select>
      <span role="status" className="visually-hidden">
        {changing ? text(PURPOSE_CHANGING) : ""}
      </span>
    </label>
  );
}
