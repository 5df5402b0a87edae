import { XMLBuilder, XMLParser } from "fast-xml-parser";

const p = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  isArray: (n) => n === "Part" || n === "Object",
  processEntities: true,
  htmlEntities: true,
});
console.log(
  JSON.stringify(
    p.parse(
      '<?xml version="1.0"?>\n<Delete xmlns="x">\n<Object>\n  <Key>a &amp; b&#13; &#x41;&lt;</Key></Object><Object><Key> 007 </Key></Object><Quiet>true</Quiet></Delete>',
    ),
  ),
);
for (const t of [
  "<a>",
  "",
  "hello",
  "<a></b>",
  '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
  "<a><b>1</b><b>2</b></a>",
  "<Key>&bogus;</Key>",
]) {
  try {
    console.log(t, JSON.stringify(p.parse(t, true)));
  } catch (e) {
    console.log(t, "ERR", e.message);
  }
}
const b = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", suppressEmptyNode: false });
console.log(
  b.build({
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    R: {
      "@xmlns": "http://x",
      Name: "a & b < > \" ' \r x",
      A: undefined,
      N: 3,
      T: false,
      Empty: "",
      Contents: [{ Key: "a" }, { Key: "b" }],
      None: [],
    },
  }),
);
