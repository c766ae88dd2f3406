import { useAsking } from "../../frame/asking";
import { useSession } from "../../hub/session";
import type { WouldHelp } from "../../hub/types";
import { useText } from "../../i18n";
import { NOT_YOURS, NOTHING_HELPS, SCOPES_HELP, USE_PURPOSE } from "./texts";

/** What would help somebody to a field: a purpose that he may ask for is one click away. */
export function Help({ helps }: { helps: WouldHelp }) {
  const text = useText();
  const { session } = useSession();
  const { askFor, changing } = useAsking();
  const his = session.purposes.filter((each) => helps.purposes.includes(each.id));
  const others = helps.purposes.filter((id) => his.every((each) => each.id !== id));
  if (helps.scopes.length === 0 && helps.purposes.length === 0) return <span>{text(NOTHING_HELPS)}</span>;
  return (
    <div className="help">
      {helps.scopes.length > 0 && <span>{text(SCOPES_HELP(helps.scopes.join(", ")))}</span>}
      {his.map((each) => (
        <button
          key={each.id}
          type="button"
          className="button small"
          disabled={changing}
          onClick={() => askFor(each.id)}
        >
          {text(USE_PURPOSE(each))}
        </button>
      ))}
      {his.length === 0 && others.length > 0 && (
        <span>{text(NOT_YOURS({ zh: others.join("、"), en: others.join(", ") }))}</span>
      )}
    </div>
  );
}
