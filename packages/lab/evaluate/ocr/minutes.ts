export interface MinutesPage {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

/** The text of docs/samples/scanned.pdf. */
export const minutes: readonly MinutesPage[] = [
  {
    heading: "Harbour Committee: Minutes",
    paragraphs: [
      "The committee met on Thursday, 14 March, at 7 o'clock in the reading room of the old customs house. Mrs Ellison was in the chair; nine members were present, and Mr Granger sent his apologies. The minutes of the February meeting were read, corrected in two places and approved.",
      "The treasurer reported a balance of $4,218.60 on the first of the month. Berth fees had brought in $1,930.00, which is 12% more than in the same month of last year. The largest expense was the repair of the eastern mooring chain, for which Keller & Sons had charged $865.25 (invoice No. 20417).",
      "Mr Dalton asked why the lamp at the end of the breakwater had been dark for six nights in February. The harbour master explained that sea water had entered the cable near the third bollard. A new cable has been laid in a closed duct, and the lamp has burned every night since.",
      "It was agreed that the harbour master should inspect the duct after every storm and write down what he finds in the log, where any member of the committee may read it.",
    ],
  },
  {
    heading: "The Library Boat",
    paragraphs: [
      "Miss Carver presented the plan for a boat that would carry books to the islands. A small ferry that is no longer in use could be had for $7,500 and fitted with shelves for about 1,200 volumes. The town library is willing to lend the books, and two retired pilots have offered to take the wheel on alternate Saturdays.",
      "The members discussed the plan at length. Mr Hobbs feared that the damp would ruin the paper; Miss Carver answered that the cabin can be heated, and that a similar boat has been at work in the north for eleven years without losing more than a dozen books. Mrs Vaughan thought it a wonderful idea and promised the first forty novels from her own house.",
      "A vote was taken. Seven members were in favour, one was against, and one abstained. The chair was asked to write to the county for a grant, and to report in April whether the boat can be made ready before the summer holidays.",
    ],
  },
  {
    heading: "Other Business",
    paragraphs: [
      "The fishermen have again complained about pleasure boats that tie up at the working quay between four and six in the morning. The harbour master will paint the edge of the quay yellow and put up a sign in three languages. Whoever ignores it will be asked to pay $25 for each hour.",
      "The school has asked whether a class of 28 pupils may visit the lifeboat station on 9 May. The committee is delighted, on condition that every child wears a life jacket and that no more than seven go aboard at one time.",
      "Mr Norris showed a photograph of the harbour from 1904, found behind a cupboard in the customs house. It will be framed and hung in the reading room. The committee thanked him warmly.",
      "The next meeting will take place on Thursday, 11 April, at 7 o'clock. The meeting was closed at twenty minutes past nine.",
    ],
  },
];
