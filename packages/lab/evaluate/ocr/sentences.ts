import type { Random } from "./random.ts";

const list = (words: string) => words.split(" ");

export const nouns = list(
  "account address agreement answer archive balance bicycle board bridge budget building cargo catalogue chapter church citizen clerk coast committee company contract council country courier customer delivery deposit district doctor document engine envelope equipment estate evening exhibition factory family farmer figure forest garden harbour harvest hospital instrument invoice island journal journey judge kitchen laboratory landlord lawyer letter library licence machine manager market meeting memory merchant message method minister morning mountain museum neighbour newspaper notice number office officer orchard order package painting passenger payment permit photograph physician pipeline policy powder premium printer process project property quarter question railway receipt record region report request reservoir river sample schedule school season secretary service shipment signature society station storage street student supplier surface teacher telescope temperature tenant theatre timetable traveller treatment university valley vehicle village voucher warehouse weather window workshop",
);
export const adjectives = list(
  "annual brief careful central cheerful clear cold common complete correct deep early eastern empty exact faithful final foreign formal fresh general gentle heavy historic honest important joint large late little local lonely lower many modern monthly narrow new northern official old ordinary original outer patient plain previous private public quick quiet recent regular remote second separate several sharp silent simple small southern special steady strange sudden temporary thick third unusual upper urgent useful usual valid warm weekly western whole wooden yearly young",
);
const verbs = list(
  "accepted announced approved arranged borrowed brought built cancelled carried changed checked collected compared completed confirmed copied corrected counted covered decided delivered described discovered divided examined exchanged finished followed forgot found gathered inspected joined kept left lost measured mentioned moved noticed opened ordered painted placed prepared printed promised published questioned reached received recorded refused repaired replaced returned reviewed selected shipped signed sold stored studied suggested supplied supported tested translated visited watched weighed withdrew",
);
export const names = list(
  "Adams Bennett Carver Dalton Ellison Fletcher Granger Hobbs Ingram Jarvis Keller Lambert Mercer Norris Osborne Preston Quincy Ramsey Sawyer Thornton Underwood Vaughan Whitfield Yates Zimmerman Alice Bruno Clara Dmitri Elena Farid Greta Hugo Irene Jonas Katya Liam Maria Nora Oscar Paula Quentin Rosa Stefan Tessa Ursula Viktor Wanda",
);
export const places = list(
  "Ashford Bergen Cardiff Dresden Exeter Florence Geneva Hamburg Ipswich Jena Kiruna Lisbon Malmo Norwich Oslo Prague Quebec Riga Seville Toledo Utrecht Vienna Warsaw York Zagreb",
);
export const months = list("January February March April May June July August September October November December");
const links = ["and", "but", "while", "because", "although", "before", "after", "until", "so that"];

/** A sentence of plain English grammar with the dates, sums and names of office paper in it. */
function sentence(random: Random): string {
  const first = clause(random);
  const rest = random.chance(0.45) ? `${random.chance(0.5) ? "," : ""} ${random.pick(links)} ${clause(random)}` : "";
  return `${capital(first + rest)}${random.chance(0.06) ? "?" : random.chance(0.04) ? "!" : "."}`;
}

export function paragraph(random: Random, sentences: number): string {
  return Array.from({ length: sentences }, () => sentence(random)).join(" ");
}

export function heading(random: Random): string {
  return capital(`${random.pick(adjectives)} ${random.pick(nouns)} ${random.pick(["of the", "for the", "and"])} ${random.pick(nouns)}`);
}

function clause(random: Random): string {
  return `${subject(random)} ${random.pick(verbs)} ${thing(random)}${random.chance(0.55) ? ` ${circumstance(random)}` : ""}`;
}

function subject(random: Random): string {
  return random.chance(0.3) ? random.pick(names) : thing(random);
}

function thing(random: Random): string {
  const article = random.pick(["the", "the", "a", "this", "every", "our", "their"]);
  const adjective = random.chance(0.5) ? `${random.pick(adjectives)} ` : "";
  const noun = `${adjective}${random.pick(nouns)}`;
  return `${article === "a" && /^[aeiou]/.test(noun) ? "an" : article} ${noun}`;
}

function circumstance(random: Random): string {
  return random.pick<() => string>([
    () => `in ${random.pick(places)}`,
    () => `with ${random.pick(names)}`,
    () => `on ${random.integer(1, 28)} ${random.pick(months)} ${random.integer(1890, 2030)}`,
    () => `for $${random.integer(1, 99)},${random.integer(100, 999)}.${random.integer(10, 99)}`,
    () => `at ${random.integer(1, 12)}:${random.integer(10, 59)}`,
    () => `by ${random.integer(2, 98)}%`,
    () => `(No. ${random.integer(1000, 99_999)})`,
    () => `near the ${random.pick(nouns)} of ${random.pick(places)}`,
  ])();
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
