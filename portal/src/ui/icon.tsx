/** Small pictures drawn as lines; always beside a word, or in a control that has a name. */
const PATHS = {
  given: "M3.5 8.5l3 3 6-7",
  masked: "M1.5 8s2.5-4 6.5-4 6.5 4 6.5 4-2.5 4-6.5 4-6.5-4-6.5-4zM3 14L13 2",
  rows: "M2 4h12M2 8h7M2 12h4M12 8v6m-2-2l2 2 2-2",
  withheld: "M4.5 7V5a3.5 3.5 0 017 0v2M3.5 7h9v6.5h-9zM8 9.5v2",
  info: "M8 7v4.5M8 4.5v.1M8 1.5a6.5 6.5 0 110 13 6.5 6.5 0 010-13z",
  warn: "M8 6v3.5M8 11.7v.1M8 2l6.5 11.5h-13z",
  error: "M5.5 5.5l5 5m0-5l-5 5M8 1.5a6.5 6.5 0 110 13 6.5 6.5 0 010-13z",
  menu: "M2 4h12M2 8h12M2 12h12",
  close: "M3.5 3.5l9 9m0-9l-9 9",
  sun: "M8 5a3 3 0 110 6 3 3 0 010-6zM8 1v1.5m0 11V15M1 8h1.5m11 0H15M3 3l1 1m8 8l1 1M3 13l1-1m8-8l1-1",
  moon: "M13.5 9.5A6 6 0 016.5 2.5a6 6 0 107 7z",
  language: "M8 1.5a6.5 6.5 0 110 13 6.5 6.5 0 010-13zM1.5 8h13M8 1.5c-4.5 4-4.5 9 0 13 4.5-4 4.5-9 0-13z",
  person: "M8 2a2.8 2.8 0 110 5.6A2.8 2.8 0 018 2zM2.5 14c.5-3.5 2.5-5 5.5-5s5 1.5 5.5 5",
  leave: "M6 2.5H3v11h3M7 8h7m-2.5-2.5L14 8l-2.5 2.5",
  chevron: "M4 6l4 4 4-4",
  play: "M4.5 2.5l8 5.5-8 5.5z",
  search: "M7 2.5a4.5 4.5 0 110 9 4.5 4.5 0 010-9zM10.5 10.5l3.5 3.5",
  download: "M8 2v8m-3-3l3 3 3-3M2.5 13.5h11",
  receipt: "M3.5 1.5h9v13l-2.25-1.5L8 14.5 5.75 13 3.5 14.5zM6 5h4M6 8h4",
  clock: "M8 1.5a6.5 6.5 0 110 13 6.5 6.5 0 010-13zM8 4.5V8l2.5 1.5",
  goal: "M8 1.5a6.5 6.5 0 110 13 6.5 6.5 0 010-13zM8 5a3 3 0 110 6 3 3 0 010-6z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
