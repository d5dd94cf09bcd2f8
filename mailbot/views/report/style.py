"""How a report looks, and the one script in it: it filters a list of cases. It knows no text of a page."""

STYLE = """
:root{color-scheme:light dark;--ink:#1a1f24;--soft:#4d5761;--line:#d0d7de;--paper:#fff;--box:#f5f7f9;--link:#0b57a4;
--mark:#8a3b00;--good:#14602f;--c0:#0b57a4;--c1:#b3541e;--c2:#1b7f5c;--c3:#8e4c9e;--c4:#8a6d00;--c5:#6b7680}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebee;--soft:#b3bcc5;--line:#3d464f;--paper:#15191d;--box:#1d2328;
--link:#8fc3ff;--mark:#ffb37a;--good:#86d8a2;--c0:#7db8ff;--c1:#f2a06b;--c2:#6fd3a6;--c3:#d79be6;--c4:#e0c45c;
--c5:#a8b2bc}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",
"Hiragino Sans","Yu Gothic UI",Meiryo,"Noto Sans CJK JP",sans-serif;overflow-wrap:anywhere}
body>header,main,footer{max-width:76rem;margin:0 auto;padding:0 1.1rem}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:.5rem;top:.5rem;padding:.5rem 1rem;background:var(--paper);z-index:1}
body>header{display:flex;flex-wrap:wrap;gap:.2rem 1.6rem;align-items:baseline;padding-top:.8rem;padding-bottom:.8rem}
body>header p{margin:0;font-weight:700}
body>header nav{display:flex;flex-wrap:wrap;gap:0 1.1rem}
body>header nav a{padding:.3rem 0}
body>header nav a[aria-current]{color:var(--ink);font-weight:700;text-decoration-thickness:.15em}
.langs{margin-left:auto}
main{border-top:1px solid var(--line)!important;padding-bottom:2rem!important}
main:focus{outline:0}
h1{font-size:1.75rem;line-height:1.3;margin:1.4rem 0 .4rem}
h2{font-size:1.2rem;line-height:1.35;margin:2rem 0 .5rem}
p{margin:.3rem 0}
.lead,.hint,.m{color:var(--soft)}
.hint{font-size:.92rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono CJK JP","MS Gothic",monospace;
font-size:.86em}
time,.n{font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:600;font-size:.9rem}
tbody th{font-weight:400}
td.n,th.n{text-align:right}
details>summary{cursor:pointer;color:var(--link)}
.badge{display:inline-block;padding:0 .55rem;border:1px solid currentColor;border-radius:1rem;font-size:.86rem;
font-weight:600;white-space:nowrap;color:var(--soft)}
.badge.ready,.badge.in_progress{color:var(--link)}
.badge.done{color:var(--good)}
.badge.rejected,.badge.declined,.badge.expired,.badge.on_hold,.badge.erased{color:var(--mark)}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}
footer{border-top:1px solid var(--line);padding-top:.8rem!important;padding-bottom:2rem!important;color:var(--soft);
font-size:.9rem}
.pager{display:flex;flex-wrap:wrap;gap:.2rem .4rem;margin:1rem 0}
.pager a,.pager b{padding:.2rem .55rem;border:1px solid var(--line);border-radius:.3rem;min-width:2.2rem;
text-align:center}
.choose{display:flex;flex-wrap:wrap;gap:1rem;list-style:none;padding:0;margin:1.5rem 0}
.choose a{display:block;padding:.9rem 1.6rem;border:1px solid var(--link);border-radius:.4rem;font-size:1.1rem}
@media print{:root{color-scheme:light;--ink:#000;--soft:#333;--line:#999;--paper:#fff;--box:#fff;--link:#000;
--mark:#000;--good:#000;--c0:#0b57a4;--c1:#b3541e;--c2:#1b7f5c;--c3:#8e4c9e;--c4:#8a6d00;--c5:#6b7680}
body{font-size:10pt}body>header nav,.pager,.skip,.filter{display:none}h1,h2,summary{break-after:avoid}
body>header,main,footer{max-width:none;padding:0!important}a{text-decoration:none}
tr,li,figure{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}}
"""
"""On every page."""
OVERVIEW = """
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.7rem;margin:1.2rem 0 0;padding:0}
.tiles div{display:flex;flex-direction:column-reverse;justify-content:flex-end;border:1px solid var(--line);
border-radius:.5rem;background:var(--box);padding:.6rem .9rem}
.tiles dt{color:var(--soft);font-size:.9rem;line-height:1.35}
.tiles dd{margin:0;font-size:1.65rem;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums}
.figures{display:grid;grid-template-columns:minmax(0,1fr);gap:1rem;margin-top:1rem;
align-items:start}
.figures section{border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.1rem .8rem;min-width:0}
.figures h2{margin:0}
figure{margin:.7rem 0 .4rem}
svg.plot{display:block;width:100%;height:auto;max-width:36rem}
svg.narrow{display:none}
.plot text{font:11px system-ui,"Hiragino Sans","Noto Sans CJK JP",sans-serif;fill:var(--soft)}
.plot text.v,.plot text.b{fill:var(--ink);font-size:12px}
.plot text.v{font-weight:600}.plot text.v,.plot text.b{paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.plot .grid{stroke:var(--line);stroke-width:1}
.plot .axis{stroke:var(--soft);stroke-width:1}
.plot .s0,.key .s0{fill:var(--c0)}.plot .s1,.key .s1{fill:var(--c1)}.plot .s2,.key .s2{fill:var(--c2)}
.plot .s3,.key .s3{fill:var(--c3)}.plot .s4,.key .s4{fill:var(--c4)}.plot .s5,.key .s5{fill:var(--c5)}
.key{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;padding:0;margin:.3rem 0;font-size:.88rem}
.key svg{width:.8rem;height:.8rem;margin-right:.35rem;vertical-align:-.08rem}
.scroll{overflow-x:auto;max-height:26rem;overflow-y:auto}
@media (min-width:62rem){.figures{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
@media (max-width:48rem){.tiles{grid-template-columns:1fr 1fr}}
@media (max-width:30rem){svg.wide{display:none}svg.narrow{display:block}}
@media print{svg.wide{display:block}svg.narrow{display:none}.figures{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
.figures section{break-inside:avoid}.scroll{max-height:none;overflow:visible}.figures details{display:none}}
"""
LISTING = """
.filter{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:1rem 0;padding:.8rem 1rem;
border:1px solid var(--line);border-radius:.5rem;background:var(--box)}
.filter label{display:flex;flex-direction:column;gap:.1rem;font-size:.88rem;color:var(--soft);flex:1 1 10rem;
min-width:0}
.filter input,.filter select,.filter button{font:inherit;color:var(--ink);background:var(--paper);width:100%;
border:1px solid var(--soft);border-radius:.3rem;padding:.35rem .6rem;min-height:2.4rem}
.filter button{width:auto;cursor:pointer;color:var(--link)}
.filter output{padding:.4rem 0;min-width:6rem}
.cases td:first-child,.cases th:first-child,.cases time{white-space:nowrap}
.cases i{display:none;font-style:normal;color:var(--soft)}
@media (max-width:52rem){.cases thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.cases,.cases tbody,.cases tr{display:block}
.cases tr{border-top:1px solid var(--line);padding:.6rem 0;display:flex;flex-wrap:wrap;gap:.1rem .8rem}
.cases td,.cases th{border:0;padding:0;display:block}.cases i{display:inline}
.cases td:nth-child(4){flex-basis:100%}.cases td:empty{display:none}}
"""
CASE = """
.about{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.5rem 1.4rem;margin:1rem 0;
padding:.9rem 1.1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--box)}
.about dt{color:var(--soft);font-size:.88rem}.about dd{margin:0}
.values th{width:34%;color:var(--soft)}.values td{white-space:pre-wrap}
.way{list-style:none;padding:0 0 0 1.1rem;margin:.6rem 0;border-left:2px solid var(--line)}
.way li{position:relative;margin:0 0 .8rem}
.way li::before{content:"";position:absolute;left:-1.45rem;top:.5rem;width:.6rem;height:.6rem;border-radius:50%;
background:var(--line)}
.way li.mail::before{background:var(--link)}
.way p{margin:0}.way .m{font-size:.88rem}
.letter{border:1px solid var(--line);border-radius:.5rem;margin:.7rem 0;padding:.5rem 1rem}
.letter .m{margin:.2rem 0;font-size:.88rem}
.letter pre{margin:.5rem 0;padding:.8rem 1rem;background:var(--box);border-radius:.3rem;white-space:pre-wrap;
line-height:1.5}
@media (max-width:30rem){.values thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.values th,.values td{display:block;width:auto;padding:.2rem 0;border:0}
.values tr{display:block;border-top:1px solid var(--line)}.letter{padding:.4rem .6rem}.letter pre{padding:.6rem}}
"""
JOURNAL = """
.log{list-style:none;padding:0;margin:1rem 0}
.log li{border-top:1px solid var(--line);padding:.55rem 0}
.log li:target{background:var(--box);outline:2px solid var(--line)}
.log p{margin:0}.log .m{display:flex;flex-wrap:wrap;gap:0 1rem;font-size:.9rem}
.log .m b{color:var(--ink)}
.log code{color:var(--soft)}
.log dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1rem 1rem;margin:.3rem 0;font-size:.9rem}
.log dt{color:var(--soft)}.log dd{margin:0}
"""
FILTER = """
(function(){var f=document.getElementById("filter");if(!f)return;f.hidden=false;
var q=f.querySelector("input"),s=f.querySelectorAll("select"),o=f.querySelector("output"),b=f.querySelector("button"),
all=Array.prototype.map.call(document.querySelectorAll("table.cases tbody tr"),function(r){
return{r:r,t:r.textContent.toLowerCase().normalize("NFKC"),form:r.getAttribute("data-f"),
status:r.getAttribute("data-s")}});
function show(){var words=q.value.toLowerCase().normalize("NFKC").split(/\\s+/).filter(Boolean),n=0;
all.forEach(function(c){var ok=(!s[0].value||c.form===s[0].value)&&(!s[1].value||c.status===s[1].value)&&
words.every(function(w){return c.t.indexOf(w)>=0});c.r.hidden=!ok;if(ok)n++});
o.textContent=o.getAttribute("data-said").replace("{found}",n.toLocaleString("en")).replace("{all}",
all.length.toLocaleString("en"))}
function read(){new URLSearchParams(location.hash.slice(1)).forEach(function(v,k){
if(k==="q")q.value=v;if(k==="form")s[0].value=v;if(k==="status")s[1].value=v});show()}
q.addEventListener("input",show);s[0].addEventListener("change",show);s[1].addEventListener("change",show);
b.addEventListener("click",function(){q.value=s[0].value=s[1].value="";show();q.focus()});
window.addEventListener("hashchange",read);read()})();
"""
