"""How pages look, and the only script on them: it copies the blank. It knows no text of a page."""

STYLE = """
:root{color-scheme:light dark;--ink:#1a1f24;--soft:#4d5761;--line:#c9d1d9;--paper:#fff;--box:#f4f6f8;--link:#0b57a4;
--mark:#8a3b00;--good:#14602f}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebee;--soft:#b3bcc5;--line:#4a545e;--paper:#15191d;--box:#20262c;
--link:#8fc3ff;--mark:#ffb37a;--good:#86d8a2}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.65 system-ui,-apple-system,"Segoe UI",
"Hiragino Sans","Yu Gothic UI",Meiryo,"Noto Sans CJK JP",sans-serif;overflow-wrap:anywhere}
body>*{max-width:52rem;margin:0 auto;padding:0 1.1rem}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible,button:focus-visible,pre:focus-visible{outline:3px solid var(--link);outline-offset:2px}
header{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;justify-content:space-between;padding-top:1rem}
header p,header nav{margin:0}
header nav a{margin-left:1rem}
header nav a:first-child{margin-left:0}
.desk{color:var(--soft)}
h1{font-size:1.8rem;line-height:1.3;margin:1.6rem 0 .4rem}
h2{font-size:1.3rem;line-height:1.35;margin:2.4rem 0 .6rem;padding-top:.5rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;line-height:1.4;margin:0 0 .15rem}
p{margin:.3rem 0}
ul,ol{margin:.3rem 0;padding-left:1.5rem}
li{margin:.25rem 0}
.lead{font-size:1.1rem;color:var(--soft)}
.hint,.limit,.when{color:var(--soft)}
.contents{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;margin:1rem 0 0;list-style:none}
.contents li{margin:0}
.state{border:1px solid var(--line);border-left:.35rem solid var(--good);background:var(--box);border-radius:.3rem;
padding:.6rem 1rem;margin:1rem 0}
.state.partly,.state.closed{border-left-color:var(--mark)}
.badge{font-weight:700;color:var(--good)}
.partly .badge,.closed .badge{color:var(--mark)}
.steps{margin-top:.8rem;padding-left:1.7rem}
.steps>li{margin:0 0 1.1rem;padding-left:.3rem}
.steps>li::marker{font-weight:700}
.actions{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:center;margin:.8rem 0}
button,.button{display:inline-block;font:inherit;line-height:1.4;padding:.45rem 1rem;border:1px solid var(--link);
border-radius:.3rem;background:var(--paper);color:var(--link);text-decoration:none;cursor:pointer}
button:hover,.button:hover{background:var(--box)}
[hidden]{display:none!important}
pre{margin:.6rem 0;padding:.9rem 1rem;border:1px solid var(--line);border-radius:.3rem;background:var(--box);
max-height:34rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}
pre,code,samp{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono CJK JP","MS Gothic",monospace;
font-size:.9em}
pre{line-height:1.5}
code{padding:.05em .35em;border-radius:.2em;background:var(--box);border:1px solid var(--line)}
samp{white-space:pre-line}
dl{margin:.6rem 0}
dl>div{padding:.6rem 0;border-top:1px solid var(--line)}
dl>div:first-child{border-top:0}
dt{font-weight:700}
dt span{font-weight:400;font-size:.9rem;margin-left:.3rem}
dd{margin:0}
dd p:first-child{margin-top:0}
.must{font-weight:700!important;color:var(--mark)}
.may,.example span{color:var(--soft)}
table{border-collapse:collapse;width:100%;margin:.6rem 0}
th,td{text-align:left;vertical-align:top;padding:.45rem .9rem .45rem 0;border-top:1px solid var(--line)}
th{font-weight:400}
thead th{border-top:0;font-weight:700}
tbody th{white-space:nowrap}
.hint+h3,table+h3{margin-top:1.1rem}
.forms{list-style:none;padding:0}
.forms>li{border-top:1px solid var(--line);padding:.9rem 0;margin:0}
.forms>li:first-child{border-top:0}
.forms p{margin:.15rem 0}
.facts{display:flex;flex-wrap:wrap;gap:.1rem 1.4rem;padding:0;margin:.2rem 0 0;list-style:none}
.facts li{margin:0}
footer{margin-top:2.5rem!important;padding-bottom:2rem!important;color:var(--soft)}
footer p:first-child{border-top:1px solid var(--line);padding-top:.8rem}
@media (min-width:44rem){.questions>div{display:grid;grid-template-columns:16rem 1fr;gap:0 1.5rem}
.questions dt span{display:block;margin-left:0}}
@media print{:root{color-scheme:light;--ink:#000;--soft:#333;--line:#999;--paper:#fff;--box:#fff;--link:#000;
--mark:#000;--good:#000}body{font-size:10.5pt}body>*{max-width:none;padding:0}
header nav,.contents,.actions{display:none}
pre{max-height:none;overflow:visible}h2,h3,dt{break-after:avoid}dl>div,.steps>li,.state,.forms>li{break-inside:avoid}}
"""
SCRIPT = """
(function(){function id(n){return document.getElementById(n)}var b=id("copy"),p=id("form-text"),s=id("said");
if(!b||!p||!s)return;b.hidden=false;
function say(how){s.textContent=b.getAttribute("data-"+how)}
function chosen(){var r=document.createRange(),g=window.getSelection();r.selectNodeContents(p);g.removeAllRanges();
g.addRange(r);var ok=false;try{ok=document.execCommand("copy")}catch(e){}say(ok?"copied":"failed")}
b.addEventListener("click",function(){s.textContent="";
if(navigator.clipboard&&window.isSecureContext){navigator.clipboard.writeText(p.textContent).then(function(){
say("copied")},chosen)}else{chosen()}})})();
"""
