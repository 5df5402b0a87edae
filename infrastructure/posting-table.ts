import type * as pulumi from "@pulumi/pulumi";
import { DataTable, type DataTableArgs, type TableKeys } from "./data-table.ts";

const keys: TableKeys = {
  hashKey: "ownerTerm",
  rangeKey: "place",
  attributes: [
    { name: "ownerTerm", type: "S" },
    { name: "place", type: "S" },
  ],
};

/** The table by which the search stage finds related documents: what documents of an owner hold a term, newest first. */
export class PostingTable extends DataTable {
  constructor(name: string, args: DataTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("async-text-processing:index:PostingTable", name, keys, args, opts);
  }
}
