/** Shapes that modules share; read by the type checker only, never by a browser. */
import type english from "./strings-en.js";

export interface Feature {
  name: string;
  label: string;
  help: string;
  low: string;
  high: string;
  min: number;
  max: number;
  may_be_missing: boolean;
}

export interface Schema {
  name: string;
  title: string;
  missing: string;
  id_column: string;
  class_column: string;
  positive: string;
  classes: { name: string; code: number }[];
  limits_of_use: string[];
  features: Feature[];
}

/** A chosen score, null where "not scored" was chosen, undefined where nothing was. */
export type Score = number | null | undefined;

export interface Caution {
  code: string;
  field: string;
  message: string;
}

export interface Fault {
  sample?: number;
  field: string;
  message: string;
}

export interface Prediction {
  label: string;
  probability: number;
  inconclusive: boolean;
  prediction_set: string[];
  threshold: number;
  base?: number;
  contributions?: Record<string, number>;
  contributions_exact?: boolean;
  probability_range?: [number, number];
  warnings: Caution[];
  what_would_change?: Record<string, number | null>;
  fragility?: number;
}

export interface Answer {
  model: { name: string; version: string; engine: string };
  predictions: (Prediction | null)[];
  errors?: Fault[];
}

/** One answered case, as the card, the history and the share link need it. */
export interface Case {
  scores: (number | null)[];
  label: string;
  prediction: Prediction;
  model: Answer["model"];
  requestId: string;
  time: Date;
  /** Asked for once, when the card is first drawn. */
  strips?: Promise<Strip[]>;
}

/** The answers that every score of one feature would give, the other eight as they are. */
export interface Strip {
  name: string;
  cells: { score: number; prediction: Prediction; chosen: boolean }[];
}

export type Key = keyof typeof english.text;
export type Strings = typeof english;

export interface Page {
  schema: Schema;
  /** What is drawn again when the language changes. */
  redraws: Set<() => void>;
  /** A text of the string table, its {places} filled. */
  say(key: Key, values?: Record<string, string | number>): string;
  /** Whether the string table has this key; codes of the service may be newer than the page. */
  knows(key: string): key is Key;
  /** A text of the schema in the reader's language, or as it is where none is known. */
  own(text: string): string;
  /** A label inside a sentence, where English writes it small. */
  inText(label: string): string;
  /** A number as the reader's language writes it. */
  number(value: number, digits?: number): string;
  /** Names what the page is doing, for people, style sheets and tests alike. */
  enter(state: State, message?: string): void;
  /** Notes that the scores are others than before; an answer on the page is then out of date. */
  changed(news?: string): void;
}

export type State =
  | "loading"
  | "ready"
  | "working"
  | "starting"
  | "done"
  | "stale"
  | "faulty"
  | "gated"
  | "offline"
  | "unanswered"
  | "busy"
  | "unreadable"
  | "refused"
  | "closed"
  | "cancelled"
  | "broken";
