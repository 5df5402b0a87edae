import { describe, expect, test } from "vitest";
import { analyseSentiment } from "../../../functions/stages/ml-inference/analyse-sentiment.ts";
import { proseOf } from "../../../functions/stages/prose.ts";
import { termUses } from "../../../functions/stages/search/term-uses.ts";

const mail = `Received: from mail.example.com by mx.example.org; Tue, 3 Mar 2026 09:12:44 +0000
From: "Terrible Awful" <awful@example.com>
To: support@example.org
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= from the harbour
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_wretched_1"

--=_wretched_1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The lighthouse keeper=
 waved =E2=98=95.
--=_wretched_1
Content-Type: text/html; charset=utf-8

<p style="color: hateful">The lighthouse keeper waved.</p>
--=_wretched_1
Content-Type: image/png
Content-Transfer-Encoding: base64

SG9ycmlibGUgaG9ycmlibGUgaG9ycmlibGUgaG9ycmlibGUgaG9ycmlibGUgaG9ycmlibGU
--=_wretched_1--
`;

const forwarded = `Please look at this.

-----Original Message-----
From: Ann
Sent: Monday
Cc: Ben
Subject: The harbour

The lighthouse keeper waved.`;

const mailbox = `From ann@example.com Tue Mar  3 09:12:44 2026
From: Ann <ann@example.com>
Subject: The harbour

Is it open?

From ben at example.com  Wed Mar  4 10:00:00 2026
From: Ben <ben@example.com>
Subject: Re: The harbour
Content-Transfer-Encoding: base64
Content-Type: text/plain; charset=utf-8

${Buffer.from("The lighthouse keeper waved.").toString("base64")}
`;

const signed = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Yes
The harbour is open.
-----BEGIN PGP SIGNATURE-----
Version: GnuPG v2

${"iQEzBAEBCAAdFiEE".repeat(4)}
=J3lb
-----END PGP SIGNATURE-----
`;

const feed = `<?xml version="1.0"?>
<!-- a <bad> comment -->
<rss version="2.0" xmlns:dc="http://purl.example/dc"><channel><title>The harbour</title><link/>
<item><dc:creator>Ann</dc:creator><description>&lt;p class="bad"&gt;The &lt;b&gt;keeper&lt;/b&gt;&lt;/p&gt;</description>
<content><![CDATA[<i>waved</i>]]></content></item></channel></rss>`;

const readme = `# The harbour

[![bad](https://bad.example/badge.svg)][ci] [![Worse][worse]][ci]

\`\`\`js
const harbour = require("bad");
\`\`\`

Use it.

~~~text
The keeper waved.
~~~
`;

const latex = String.raw`\documentclass[12pt]{article} % bad
\usepackage[bad]{worse}
\begin{document}
\section{The harbour}\label{sec:bad}
It is \emph{100\% open}, see~\cite{bad1999}, for $x_{bad} > 0$.
\end{document}`;

describe("proseOf", () => {
  const words = (text: string) => text.split(/[\s.,]+/).filter((word) => word !== "");

  test.each([
    [
      "HTML",
      "<html><head><style>p{color:red}</style></head><body class=awful>The <b>harbour</b><script>bad()</script></body></html>",
      "The harbour",
    ],
    ["some tags in a text", "The <em class='bad'>harbour</em>&nbsp;&amp; keeper", "The harbour & keeper"],
    ["a mail", mail, "Grüße from the harbour The lighthouse keeper waved ☕"],
    ["a mail with LF turned to CRLF", mail.replaceAll("\n", "\r\n"), "Grüße from the harbour The lighthouse keeper waved ☕"],
    ["a mail of HTML", "From: a@b.c\nTo: d@e.f\nContent-Type: text/html\n\n<p>The <i>harbour</i></p>", "The harbour"],
    ["a forwarded mail", forwarded, "Please look at this The harbour The lighthouse keeper waved"],
    [
      "a mail with an answer above what it answers",
      "It is open.\n\nOn Tue, Apr 3, 2012 at 4:55 PM, Bad Bob <bob@example.com>\nwrote:\n> Is the harbour open?\n>\n> Am 02.04.2012 um 14:36 schrieb Ann Awful:\n>> Hello",
      "It is open > Is the harbour open? > >> Hello",
    ],
    [
      "Markdown links",
      'See [the harbour](https://bad.example/a_(b) "Bad"), ![a cat](bad.png) [and][1].\n\n[1]: https://bad.example\n',
      "See the harbour a cat and",
    ],
    [
      "CSS",
      "@import url(a.css);\nh1, .bad { color: red; margin: 0 }\n@media (max-width: 9em) {\n  a { display: none }\n}\nThe harbour",
      "@import url(a css); The harbour",
    ],
    ["a mailbox", mailbox, "The harbour Is it open? Re: The harbour The lighthouse keeper waved"],
    ["a signed text", signed, "Yes The harbour is open"],
    ["an answer to a signed text", signed.replaceAll(/^/gm, "> "), "> > Yes > The harbour is open >"],
    [
      "a mail with a signature",
      "From: a@b.c\nTo: d@e.f\n\nIt is open.\n-- \nBad Ann\nWorse Street\n\n> Is it?\n> -- \n> Bad Ben\nYes.",
      "It is open > Is it? Yes",
    ],
    ["SubRip", "1\n00:00:06,500 --> 00:00:09,000\nThe harbour\n\n2\n00:00:11,000 --> 00:00:17,000 X1:5\nis open.\n", "The harbour is open"],
    [
      "WebVTT",
      "WEBVTT - bad\n\nNOTE worse\nthan bad\n\nSTYLE\n::cue { color: red }\n\n00:01.000 --> 00:04.000 align:start\nThe <i>harbour</i>\nis open.\n\nNOTE bad",
      "The harbour is open",
    ],
    [
      "a chat",
      "[15-01-20 02:22:56] Ann: The harbour\n15.04.2016, 15:04 - Ben: is open\n4/15/16, 3:04 PM - Ann: at 10:30.\n[12:01] <Ben> Yes",
      "Ann: The harbour Ben: is open Ann: at 10:30 <Ben> Yes",
    ],
    ["a log", "2026-03-04T10:00:00.123Z the harbour\n2026-03-04 10:00:00,123 is\n10:00:01 open", "the harbour is open"],
    ["a feed", feed, "The harbour Ann The keeper waved"],
    ["XML", "<book:note id='bad'><title>The harbour</title>\n<p>It is open.</p></book:note>", "The harbour It is open"],
    ["JSON", '{"title": "The harbour", "bad": [1, true, {"worse": "It is\\nopen."}]}', "The harbour It is open"],
    ["lines of JSON", '{"bad": "The harbour"}\n{"bad": "is open"}\n', "The harbour is open"],
    ["Markdown", readme, "# The harbour bad Worse Use it text The keeper waved"],
    ["Markdown with an open fence", "An open fence:\n```\nand what is below it.", "An open fence: and what is below it"],
    ["LaTeX", latex, String.raw`{The harbour} It is {100\% open}, see~, for`],
    ["Org", "#+TITLE: The harbour\n#+BEGIN_QUOTE bad\nIt is open.\n#+END_QUOTE\n:bad: worse", "The harbour It is open worse"],
    ["reStructuredText", "Harbours\n\n.. bad-note:: It is\n   open, see :class:`Harbour`.\n", "Harbours It is open, see `Harbour`"],
  ])("of %s is what was written to be read", async (_, text, expected) => {
    expect(words(await proseOf(text))).toEqual(words(expected));
  });

  test.each([
    "a < b and c > d, I <3 it",
    "Put it into a list: one {two} three, {a: 1}.",
    "Note: bring the key.\nTo: nobody in particular",
    "An array[0] of [brackets] and (parentheses)",
    "From: here to there, it is far.",
    "AT&T; R&D",
    "On page 12 of it Kant wrote:\nwhat he meant.",
    "From the harbour at 10:30 we left.",
    "```\nNothing but code\n```",
    "[1] Kant: What he meant.",
    "{not JSON: at all}",
    "[1, 2, 3]",
    "<harbour> is where ships are.",
    "It costs $5 or $6.\nC:\\harbour\\section",
    "-----BEGIN of a line that is none",
  ])("of %s is all of it", async (text) => {
    expect(await proseOf(text)).toBe(text);
  });

  test("of a text about HTML goes on after an element without end", async () => {
    expect(await proseOf("A <script> tag loads it. The harbour.")).toBe("A  tag loads it. The harbour.");
  });

  test("has plain Latin letters for letters of another shape, and nothing invisible", async () => {
    expect(await proseOf("Ｇｒｅａｔ！ 𝐠𝐫𝐞𝐚𝐭 ﬁsh, Lego™ har\u200bbour")).toBe("Great! great fish, Lego™ harbour");
  });

  const mebibyte = (unit: string) => unit.repeat(Math.ceil(2 ** 20 / unit.length));
  const head = "From: a\nTo: b\nContent-Type: multipart/mixed; boundary=x\n\n";

  test.each([
    ["open elements", mebibyte("<div>")],
    ["open tags", mebibyte("<a ")],
    ["open braces", mebibyte("{")],
    ["open brackets", mebibyte("[a](")],
    ["parts", head + mebibyte("--x\n")],
    [
      "parts in parts",
      Array.from({ length: 400 }, (_, depth) => `Content-Type: multipart/mixed; boundary=b${depth}\nTo: a\n\n--b${depth}\n`).join(""),
    ],
    ["header lines", mebibyte("From: a\n")],
    ["folded header lines", `From: a\nTo: b\n${mebibyte(" \n")}`],
    ["quotation marks", mebibyte("> ")],
    ["JSON in JSON", mebibyte("[")],
    ["lines of JSON", `${mebibyte("[]\n")}[`],
    ["names in JSON", `[${mebibyte('{"a":"b"},')}1]`],
    ["XML comments", mebibyte("<!-- -->")],
    ["XML in XML", `<?xml version="1.0"?>${mebibyte("<a:b>")}</a:b>`],
    ["mails", mebibyte("From a 10:30\nFrom: a\nTo: b\n\n")],
    ["signatures", mebibyte("-----BEGIN A B-----\n")],
    ["fences", mebibyte("```a\n")],
    ["commands", `\\begin${mebibyte("\\a[$")}`],
    ["directives", mebibyte(".. a:: :a:")],
    ["signatures of mails", mebibyte("-- \n")],
    ["times", mebibyte("1\n00:00")],
    ["blocks of WebVTT", `WEBVTT\n${mebibyte("NOTE \n")}`],
  ])("of a mebibyte of %s is there without a slow path", async (_, text) => {
    expect((await proseOf(text)).length).toBeLessThanOrEqual(200 * 1024);
  });
});

test("markup is neither sentiment nor keyword", async () => {
  expect(await analyseSentiment(mail)).toEqual(await analyseSentiment("Grüße from the harbour\n\nThe lighthouse keeper waved ☕."));
  const keywords = termUses(await proseOf(mail)).map(({ word }) => word);
  expect(keywords).toEqual(["grüße", "harbour", "lighthouse", "keeper", "waved"]);
});
