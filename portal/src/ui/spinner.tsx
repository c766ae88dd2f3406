import { useText } from "../i18n";
import { LOADING } from "../i18n/common";

export function Spinner({ label }: { label?: string }) {
  const text = useText();
  return (
    <p className="spinner" role="status">
      <span className="spinner-wheel" aria-hidden="true" />
      {label ?? text(LOADING)}
    </p>
  );
}
