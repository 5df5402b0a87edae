import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { htmlText, NestedTooDeeplyError } from "../../../functions/stages/html-text.ts";

describe("htmlText", () => {
  test.each([
    [
      "blocks are paragraphs and lines",
      "<h1>One</h1>two<p>three<p>four<br>five<ul><li>a<li>b</ul>",
      "One\n\ntwo\n\nthree\n\nfour\nfive\n\na\nb",
    ],
    ["inline elements part no word", "un<b>like</b>ly <a href='/x'>words</a>, <i> both </i>.", "unlikely words, both ."],
    ["cells are divided by tabs", "<table><tr><td>1</td> <td>2</td></tr><tr><td>3<td>4</table>", "1\t2\n3\t4"],
    ["space is one space, except where it is preformatted", "a \n\t b&nbsp;c<pre> d\n  e</pre>", "a b c\n\n d\n  e"],
    ["entities are characters", "caf&eacute; &amp; &#9749; &lt;b&gt; &bogus;", "café & ☕ <b> &bogus;"],
    [
      "scripts, styles and templates are not read",
      "a<script>if (b < c) '<p>d'</script><style>e{}</style><template><p>f</p></template>g",
      "ag",
    ],
    [
      "neither is what is hidden",
      "a<p hidden>b<p>c<div style='color:red; DISPLAY : none'>d<p>e</div><i aria-hidden=true>f</i>g",
      "a\n\nc\n\ng",
    ],
    [
      "nor the title, comments, drawings and choices",
      "<title>a</title><!-- b --><svg><text>c</text></svg><select><option>d</select>e",
      "e",
    ],
    ["what never ends is read to the end", "<p>a <b>b <!-- c", "a b"],
  ])("%s", (_, html, text) => {
    expect(htmlText(html)).toBe(text);
  });

  test("keeps the space of a text with some markup", () => {
    expect(htmlText("One <b>two</b>.\n\nThree,\n  four", { keepsSpace: true })).toBe("One two.\n\nThree,\n  four");
  });

  test("refuses elements within 512 others, and no smaller number", () => {
    expect(htmlText(`${"<div>".repeat(512)}a`)).toBe("a");
    expect(() => htmlText(`${"<div>".repeat(513)}a`)).toThrow(NestedTooDeeplyError);
  });

  test("has the words of any text without markup", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "é", "漢", " ", "\n", ">", "1", ";", "'", "😀") });

    fc.assert(
      fc.property(text, (given) => {
        expect(htmlText(given)).toBe(given.trim().replace(/\s+/g, " "));
      }),
    );
  });
});
