import { describe, expect, test } from "vitest";
import { isLikeLanguage } from "../../../../../functions/stages/ocr/pdf/language-likeness.ts";

/** The letters of the alphabet moved on by `by`, as a subset of a font numbers them. */
const moved = (text: string, by: number) =>
  text.replace(/[a-z]/gi, (letter) => {
    const first = letter < "a" ? 65 : 97;
    return String.fromCharCode(first + ((letter.charCodeAt(0) - first + by) % 26));
  });
/** The numbers of glyphs in a font of the usual order, taken for code points. */
const glyphNumbers = (text: string) => text.replace(/[!-~]/g, (letter) => String.fromCharCode(Math.max(33, letter.charCodeAt(0) - 29)));

const sentences = {
  English: "The harbour commission met on Tuesday to consider the state of the outer breakwater.",
  German: "Der Ausschuss trat am Dienstag zusammen, um über den Zustand der äußeren Mole zu beraten.",
  French: "La commission du port s'est réunie mardi pour examiner l'état de la jetée extérieure.",
  Spanish: "La comisión del puerto se reunió el martes para examinar el estado del rompeolas exterior.",
  Italian: "La commissione portuale si è riunita martedì per esaminare lo stato del molo esterno.",
  Portuguese: "A comissão do porto reuniu-se na terça-feira para analisar o estado do quebra-mar exterior.",
  Dutch: "De havencommissie kwam dinsdag bijeen om de toestand van de buitenste golfbreker te bespreken.",
  Polish: "Komisja portowa zebrała się we wtorek, aby omówić stan zewnętrznego falochronu.",
  Czech: "Přístavní komise se sešla v úterý, aby posoudila stav vnějšího vlnolamu.",
  Finnish: "Satamalautakunta kokoontui tiistaina keskustelemaan ulomman aallonmurtajan kunnosta.",
  Hungarian: "A kikötői bizottság kedden ült össze, hogy megvitassa a külső hullámtörő állapotát.",
  Turkish: "Liman komisyonu dış dalgakıranın durumunu görüşmek üzere salı günü toplandı.",
  Vietnamese: "Ủy ban cảng đã họp vào thứ Ba để xem xét tình trạng của đê chắn sóng bên ngoài.",
  Welsh: "Rhoddwyd gwybod i ddeiliaid y cynllun drwy lythyr fod y swyddfa wedi cau.",
};

describe("is like language", () => {
  test.each([
    ...Object.entries(sentences),
    ["Greek", "Η λιμενική επιτροπή συνεδρίασε την Τρίτη για την κατάσταση του κυματοθραύστη."],
    ["Russian", "Портовая комиссия собралась во вторник, чтобы обсудить состояние внешнего волнореза."],
    ["Japanese", "港湾委員会は火曜日に会合を開き、外側の防波堤の状態について検討しました。PDFで公開。"],
    ["Japanese with many Latin words", "私はPDFファイルをAWS Lambdaで処理します。OCR結果はJSONです。"],
    ["Korean with Latin words", "PDF를 AWS에서 처리하고 OCR결과는 JSON으로 받는다."],
    ["Arabic", "اجتمعت لجنة الميناء يوم الثلاثاء للنظر في حالة حاجز الأمواج الخارجي."],
    ["Korean", "항만 위원회는 화요일에 모여 외곽 방파제의 상태를 논의했다."],
    ["a name of odd letters in another script", "Счёт на оплату услуг за ноябрь, Łódź"],
    ["a form that is blacked out", "Agent XXXXXXX Company XXXXXX, XXXXXXXX XXXXXXX Insured XXXXXXX XXXXXXX, XXXXXXXX"],
    ["contents with dots", `Introduction ${". ".repeat(90)}2`],
    ["Greek numerals", "1-5 α\u02b9 β\u02b9 Γ\u02b9 Δ\u02b9 ε\u02b9 10-50 ι\u02b9 κ\u02b9 λ\u02b9 Μ\u02b9 Ν\u02b9"],
    ["addresses", "Arc of Ellipse, powered by TCPDF (www.tcpdf.org, https://github.com/tecnickcom/tcpdf, wkhtml@qt.example)"],
    ["capitals", "THE HARBOUR COMMISSION MET ON TUESDAY"],
    ["numbers", "12.50 1,299.00 -4.2 % 0.0031 2024-03-01 14:02 17 18 19 20 € 99.95"],
    ["parts", "M6x20-8.8 DIN 912 | BRG-6204-2RS | SKU 4410-77-A | R47k 0805 1% | CAP 10uF 25V X7R"],
    ["a formula", "f(x) = ax2 + bx + c, x = (-b ± √(b2 - 4ac)) / 2a"],
    ["code", "for (const row of rows) { if (row.id === undefined) continue; sum += row.price * row.count; }"],
    ["dots that lead to a page", `Introduction ${".".repeat(80)} 1\nConclusion ${". ".repeat(40)} 12`],
    ["abbreviations", "GmbH & Co. KG, HRB 1234, USt-IdNr. DE123456789, BIC, IBAN, e.V., z.Hd., bzgl., ggf."],
    ["a few odd letters", "Wkh kdu"],
    ["nothing", ""],
  ])("%s", (_, text) => {
    expect(isLikeLanguage(text)).toBe(true);
  });
});

describe("is like no language", () => {
  test.each([
    ["Wkh kduerxu", moved(sentences.English, 3)],
    ["German, moved by 5", moved(sentences.German, 5)],
    ["numbers of glyphs", glyphNumbers(sentences.English)],
    ["numbers of glyphs, moved further", "\"7+%- '1% 4#&'7 +%-(5 !\"7 %%&-"],
    ["Cyrillic read as Latin", "Ïîðòîâàÿ êîìèññèÿ ñîáðàëàñü âî âòîðíèê, ÷òîáû îáñóäèòü ñîñòîÿíèå"],
    ["letters of all scripts", "aΩя水бbמчcγ עdשжδeцf กhюηiש"],
  ])("%s", (_, text) => {
    expect(isLikeLanguage(text)).toBe(false);
  });
});

test("takes time in proportion to the text", () => {
  for (const part of ["a", "ab ", "ß", ". ", "aя", "\u0301"]) isLikeLanguage(part.repeat(500_000));
});
