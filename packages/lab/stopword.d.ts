declare module "stopword/dist/stopword.esm.mjs" {
  type StopList = readonly string[];
  export const cat: StopList, ces: StopList, dan: StopList, deu: StopList, eng: StopList, fin: StopList, fra: StopList, hrv: StopList;
  export const hun: StopList, ind: StopList, ita: StopList, nld: StopList, nob: StopList, pol: StopList, porBr: StopList, ron: StopList;
  export const slk: StopList, spa: StopList, swe: StopList, tur: StopList, vie: StopList;
}
