import type * as z from "zod/mini";
import { mlInference } from "./ml-inference/stage.ts";
import { ocr } from "./ocr/stage.ts";
import { search } from "./search/stage.ts";
import type { MemberName } from "./stage.ts";

/** The stages of a job, in order. */
export const stages = [ocr, mlInference, search] as const;

export type RegisteredStage = (typeof stages)[number];

export type StageName = RegisteredStage["name"];
export const stageNames: readonly StageName[] = stages.map(({ name }) => name);

/** The result of a stage, as it is in the record and in the answer. */
export type StageResult<Name extends StageName = StageName> = z.infer<Extract<RegisteredStage, { readonly name: Name }>["result"]>;

/** The results of a job, each by its member of `result`. */
export type StageResults = { readonly [Name in StageName as MemberName<Name>]?: StageResult<Name> };
