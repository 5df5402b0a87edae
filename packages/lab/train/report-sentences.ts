import { createRandom, type Random } from "../evaluate/ocr/random.ts";
import type { LabelledText } from "./labelled-texts.ts";

/** The name of the texts' source, as a file's name is that of others. */
export const reportSource = "reports";

const list = (words: string): readonly string[] => words.split(", ");

/**
 * Words for the places of a template. Many of them are bad news in a review or a tweet; in a report they are findings, and its author has no
 * attitude to them.
 */
const choices: Readonly<Record<string, readonly string[]>> = {
  patient: list("patient, pt, the patient, she, he, this 54-year-old man, a 31-year-old woman, mother, the child"),
  symptom: list(
    "chest pain, shortness of breath, nausea, vomiting, fever, chills, headache, dizziness, abdominal pain, fatigue, weight loss, cough, palpitations, back pain, joint swelling, blurred vision, numbness, weakness, dysuria, diarrhea, rash, night sweats, insomnia, anxiety, hearing loss, leg cramps, sore throat, bleeding",
  ),
  finding: list(
    "malignancy, fracture, hemorrhage, mass, effusion, pneumothorax, infarct, stenosis, lesion, tumor, metastasis, abscess, edema, obstruction, aneurysm, infection, dislocation, inflammation, necrosis, thrombosis, ulcer, dysplasia, carcinoma, calcification, nodule, hernia",
  ),
  organ: list(
    "heart, lungs, liver, spleen, kidneys, pancreas, gallbladder, thyroid, abdomen, bladder, aorta, brain, left knee, right shoulder, lumbar spine, pelvis, prostate, uterus, colon, cervix, skin, neck",
  ),
  normal: list(
    "unremarkable, normal, within normal limits, intact, clear, stable, not enlarged, soft and non-tender, mildly reduced, unchanged",
  ),
  illness: list(
    "hypertension, diabetes, asthma, depression, breast cancer, stroke, heart failure, migraine, COPD, hepatitis, epilepsy, anemia, arthritis, kidney disease, alcohol abuse, drug overdose",
  ),
  drug: list("aspirin, metformin, lisinopril, ibuprofen, amoxicillin, insulin, atorvastatin, prednisone, warfarin, omeprazole, morphine"),
  number: list("2, 3, 4, 5, 7, 10, 12, 14, 18, 24, 37, 48, 60, 75, 96, 120, 140, 250, 1200"),
  unit: list("mg, ml, mmHg, percent, mmol/L, bpm, cm, mm, degrees, kg, hours, days, weeks, seconds, units"),
  month: list("January, March, April, June, July, September, October, December"),
  place: list(
    "the north entrance, unit 4, the control room, building B, the second floor, the loading dock, Main Street, the basement, pump station 2",
  ),
  part: list(
    "pump, valve, bearing, conveyor, compressor, filter, seal, motor, boiler, generator, sensor, roof, beam, cable, transformer, brake, tire, gearbox",
  ),
  damage: list(
    "corrosion, cracks, leakage, wear, overheating, vibration, water damage, mold, rust, deformation, misalignment, fire damage, scratches, loss of pressure",
  ),
  system: list("server, database, web application, backup job, firewall, mail gateway, login service, payment service, disk array, router"),
  fault: list(
    "error, timeout, failure, crash, warning, exception, outage, retry, memory leak, packet loss, failed login attempt, denied request, invalid certificate",
  ),
  crime: list("burglary, theft, assault, fraud, vandalism, robbery, trespass, arson, homicide"),
  party: list(
    "the plaintiff, the defendant, the tenant, the lessee, the supplier, the insurer, the employer, the contractor, the claimant",
  ),
  breach: list("breach, negligence, damages, loss, default, liability, injury, termination, delay, non-payment, dispute"),
  figure: list(
    "revenue, net loss, debt, unemployment, inflation, mortality, the poverty rate, the death rate, demand, the deficit, claims, emissions, the failure rate",
  ),
  moved: list("rose, fell, increased, declined, was unchanged, decreased, grew"),
};

const templates: readonly string[] = [
  ...["{patient} denies {symptom}, {symptom} and {symptom}.", "denies {symptom}, no {finding}", "no {symptom}, no {symptom}, no {finding}"],
  ...[
    "{patient} reports {symptom} for {number} days.",
    "{patient} presents with {symptom} and {symptom}.",
    "{patient} complains of {symptom}.",
  ],
  ...["no evidence of {finding} or {finding}", "negative for {finding}", "{organ} {normal}, no {finding}", "the {organ} is {normal}."],
  ...[
    "history of {illness} and {illness}.",
    "{patient} has a history of {illness}, treated with {drug}.",
    "family history positive for {illness}.",
  ],
  ...[
    "{drug} {number} {unit} twice daily.",
    "impression: {finding} of the {organ}.",
    "assessment: {illness}, stable.",
    "no acute distress",
  ],
  ...[
    "CT of the {organ} shows no {finding}.",
    "there is a {number} {unit} {finding} in the {organ}.",
    "findings are consistent with {finding}.",
  ],
  ...["no known drug allergies", "{patient} was admitted with {symptom} and discharged after {number} days.", "rule out {finding}"],
  ...["biopsy of the {organ} was negative for {finding}.", "{symptom} resolved after {number} days.", "follow up in {number} weeks."],
  ...[
    "the {part} showed {damage} and {damage}.",
    "no {damage} was found at the {part}.",
    "inspection of the {part}: no {damage}, no {damage}.",
  ],
  ...[
    "the {part} failed after {number} hours.",
    "{damage} at the {part} was recorded in {month}.",
    "replace the {part} in case of {damage}.",
  ],
  ...[
    "the {system} logged {number} {fault} events.",
    "{fault} in the {system} at 03:{number}",
    "no {fault} since {month}",
    "{system}: {fault}, code {number}",
  ],
  ...["the {system} was restarted after a {fault}.", "cause of the {fault}: {damage} in {place}.", "the {fault} lasted {number} minutes."],
  ...[
    "a {crime} was reported at {place} in {month}.",
    "officers responded to a {crime} call.",
    "no injuries were reported.",
    "two suspects denied the {crime}.",
  ],
  ...[
    "{party} denies {breach}.",
    "{party} is liable for {breach} and {breach}.",
    "in the event of {breach}, {party} gives notice within {number} days.",
  ],
  ...["{party} shall not be liable for any {breach}.", "the court found no {breach}.", "{party} claims {number} dollars in {breach}."],
  ...["{figure} {moved} by {number} percent in {month}.", "{figure} {moved} to {number} percent.", "there was no change in {figure}."],
  ...[
    "{number} cases of {illness} were recorded in {month}.",
    "the study compared {drug} with a placebo in {number} patients with {illness}.",
  ],
  ...[
    "risk factors include {illness} and {illness}.",
    "warning: keep {drug} away from children.",
    "wind from the north, {number} {unit}, no rain.",
  ],
];

/** One sentence in so many, or more of them, as a text: `denies chest pain, no malignancy`. */
const maxSentences = 3;

/** Sentences of clinical, technical, legal and statistical reports, all NEUTRAL, equal for equal seeds. */
export function reportSentences(count = 1_500, random: Random = createRandom(412)): LabelledText[] {
  return Array.from({ length: count }, () => ({
    text: Array.from({ length: random.integer(1, maxSentences) }, () => sentence(random)).join(" "),
    target: [0, 1, 0],
    source: reportSource,
  }));
}

function sentence(random: Random): string {
  const filled = random.pick(templates).replace(/\{(\w+)\}/g, (_, place: string) => random.pick(choices[place] ?? [""]));
  return random.chance(0.6) ? filled.charAt(0).toUpperCase() + filled.slice(1) : filled;
}
