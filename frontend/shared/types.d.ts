/** Shapes that modules share; read by the type checker only, never by a browser. */
import type table from "../batch/en.js";
import type page from "./page-en.js";
import type strings from "./strings-en.js";

export interface Feature {
  name: string;
  kind: "whole" | "real" | "category";
  label: string;
  help: string;
  low: string;
  high: string;
  min: number;
  max: number;
  unit: string;
  /** Of a real number, as the form steps. */
  decimals: number;
  /** Of a category. */
  values: { value: string; label: string }[];
  may_be_missing: boolean;
}

/** features.json in the reader's language, as cytology/description.py writes it. */
export interface Schema {
  title: string;
  missing: string;
  /** Values of a sample that may be missing. */
  missing_at_most: number;
  /** That have a file of their own. */
  languages: string[];
  class_column: string;
  positive: string;
  negative: string;
  classes: { name: string; label: string }[];
  limits_of_use: string[];
  features: Feature[];
  lead: string;
  /** What the reader confirms first: a question, and lines that explain it; "" for nothing. */
  gate: string;
  examples: { label: string; values: Row }[];
}

/** What was chosen, null where "not known" was chosen, undefined where nothing was. */
export type Value = number | string | null | undefined;
export type Row = (number | string | null)[];

export interface Caution {
  code: string;
  field: string;
  message: string;
}

export interface ServiceError {
  sample?: number;
  field: string;
  code?: string;
  message: string;
}

export interface Prediction {
  id?: string;
  /** As a table states it. */
  class?: string;
  /** The values as read, where they were asked for. */
  sample?: Row;
  label: string;
  probability: number;
  inconclusive: boolean;
  prediction_set: string[];
  prediction_set_level: number;
  threshold: number;
  base?: number;
  contributions?: Record<string, number>;
  contributions_exact?: boolean;
  probability_range?: [number, number];
  warnings: Caution[];
  what_would_change?: Record<string, Value>;
  fragility?: number;
  /** Missing values; the first one is the most probable to change the label. */
  decisive_unknowns?: { field: string; probability: number }[];
}

/** Why there is no answer. */
export type Kind =
  | "offline"
  | "unanswered"
  | "busy"
  | "unreadable"
  | "refused"
  | "closed"
  | "cancelled"
  | "unreadable_model"
  | "too_many_missing";

/** Of a column: its levels, and where each ends if they are bins. */
export type Levels = { values: any[]; bounds?: number[] };

/** What GET /v1/model says of missing values. */
export type Given = { positions: number[][]; shares: number[][][] };

/** Training samples of each class between the edges, in log-odds. */
export type Counts = { edges: number[] } & Record<string, number[]>;

/** The model on this device. */
export interface Engine {
  /** null where the ways to fill the gaps are too many. */
  answer(values: Row, prevalence?: number | null): Prediction | null;
  model: { name: string; version: string; engine: string; prevalence: number };
  tolerance: number;
}

/** What a text holds: values, or the reason why they cannot be used. */
export type Read =
  | { values: Row; why?: undefined; prevalence?: number | null }
  | { values?: undefined; why: string };

export interface Answer {
  model: { name: string; version: string; engine: string };
  predictions: (Prediction | null)[];
  errors?: ServiceError[];
  notes?: string[];
  summary?: Summary;
}

/** What the service counts over a table. */
export interface Summary {
  rows: number;
  answered: number;
  refused: number;
  inconclusive: number;
  labels: Record<string, number>;
  confusion?: Record<string, Record<string, number>>;
  sensitivity?: number | null;
  specificity?: number | null;
  model: string;
  time: string;
}

/** One answered case, with all that its answer was given for. */
export interface Case {
  values: Row;
  label: string;
  prediction: Prediction;
  model: Answer["model"];
  requestId: string;
  time: Date;
  /** The share of the positive class that was asked for; null: as in the training data. */
  prevalence: number | null;
  /** The row of the table that it comes from, counted from 0. */
  tableRow?: number;
  /** Who answered: the service; this device, as chosen; this device, as there was no network. */
  source: "service" | "device" | "offline";
  /** How far this device's answer is from the service's; 0 where they agree. */
  difference: number;
}

/** The answers that every value of one feature would give, the others as they are. */
export interface Strip {
  feature: Feature;
  cells: { score: number | string; prediction: Prediction; chosen: boolean }[];
}

export type PageTexts = typeof page;
export type FormTexts = typeof strings;
export type TableTexts = typeof table;
export type Texts = PageTexts & FormTexts & TableTexts;
export type Key = keyof Texts;

export interface Page {
  schema: Schema;
  lang: "en" | "de";
  /** The model that answered last, by the service's word. */
  version: string;
  /** The case of the result card. */
  answered: Case | null;
  /** What is drawn again when the language changes. */
  redraws: Set<() => void>;
  /** What compares shown answers with the form, after everything that happens. */
  checks: Set<() => void>;
  /** Share of the positive class that answers are asked for; null: as in the training data. */
  prevalence: number | null;
  check(): void;
  values(): Value[];
  adequate(): boolean;
  fill(values: Value[], label: string, gate: boolean | null): void;
  /** A text of the string table, its {places} filled. */
  say(key: Key, values?: Record<string, string | number>): string;
  /** Whether the string table has this key; codes of the service may be newer than the page. */
  knows(key: string): key is Key;
  /** A number as the reader's language writes it, with all its digits or with so many decimals. */
  number(value: number, digits?: number): string;
  /** Names what the page is doing, for people, style sheets and tests alike. */
  enter(state: State, message?: string): void;
  /** Notes that the values may be others than before. */
  changed(news?: string): void;
}

export type State =
  Kind | "loading" | "ready" | "working" | "starting" | "done" | "faulty" | "gated" | "broken";
