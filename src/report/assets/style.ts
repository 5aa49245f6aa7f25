/**
 * The page's style sheet. One sheet for light, dark and print; colours of data are those of Okabe
 * and Ito, which stay apart for colour-blind readers, and every design has a dash of its own
 * besides.
 */
export const STYLE = `
:root{color-scheme:light dark;
--bg:light-dark(#f7f7f5,#121416);--paper:light-dark(#fff,#1a1d20);--ink:light-dark(#1c2126,#e9e7e3);
--quiet:light-dark(#59636e,#9ba5ae);--rule:light-dark(#e2e4e7,#2e3338);
--track:light-dark(#eceef0,#262a2e);
--held:light-dark(#00704f,#3cc495);--held-bg:light-dark(#e4f4ed,#12302a);
--broken:light-dark(#b33a00,#ff8a4c);--broken-bg:light-dark(#fdece2,#3a1f12);
--unsure:light-dark(#7a5600,#eab83e);--unsure-bg:light-dark(#fcf3d9,#33290f);
--heat1:light-dark(#edf4f9,#1c2730);--heat2:light-dark(#dbe9f3,#1f3140);
--heat3:light-dark(#c8deed,#223c51);--heat4:light-dark(#b4d3e8,#254762);
--heat5:light-dark(#9fc7e2,#285374);
--link:light-dark(#00639c,#6cbcec);
--c0:light-dark(#0072b2,#56b4e9);--c1:#d55e00;--c2:light-dark(#009e73,#1fbf93);
--c3:light-dark(#b0578a,#cc79a7);--c4:light-dark(#b87d00,#e69f00);--c5:light-dark(#56b4e9,#3f8fd0);
--c6:light-dark(#8f8600,#f0e442);--c7:light-dark(#3a3f45,#d7dbdf);--c8:light-dark(#7a3e12,#c98f5f);
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header{padding-top:28px}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
h1,h2,h3,p,figure{margin:0}
h1{font-size:clamp(1.3rem,1rem + 1.6vw,1.85rem);line-height:1.28;font-weight:650;
letter-spacing:-.012em;
overflow-wrap:anywhere;max-width:54rem}
h2{font-size:1.18rem;font-weight:650;letter-spacing:-.005em}
h3,.card h2{font-size:.95rem;font-weight:650;overflow-wrap:anywhere;letter-spacing:0}
.quiet,.note{color:var(--quiet)}
.note{font-size:.88rem;max-width:68ch;overflow-wrap:anywhere}
.brand{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:baseline;color:var(--quiet);
font-size:.85rem;
margin-bottom:22px;overflow-wrap:anywhere}
.brand b{color:var(--ink);letter-spacing:.01em}
.verdict{border-left:5px solid var(--held);padding:2px 0 4px 18px}
.verdict.broken{border-color:var(--broken)}.verdict.unsure{border-color:var(--unsure)}
.badge{display:inline-block;font-size:.76rem;font-weight:650;letter-spacing:.03em;padding:2px 9px;
border-radius:99px;color:var(--held);background:var(--held-bg);white-space:nowrap}
.badge.broken{color:var(--broken);background:var(--broken-bg)}
.badge.unsure{color:var(--unsure);background:var(--unsure-bg)}
.verdict .badge{margin-bottom:8px}
.verdict p{margin-top:8px;max-width:68ch;overflow-wrap:anywhere}
.command{display:flex;align-items:stretch;margin-top:8px;border:1px solid var(--rule);
border-radius:7px;
background:var(--paper);max-width:100%;width:fit-content;overflow:hidden}
.command code{padding:7px 12px;overflow-x:auto;white-space:pre;font:13px/1.5 var(--mono)}
.command button{font:inherit;font-size:.8rem;padding:0 12px;border:0;
border-left:1px solid var(--rule);
background:var(--track);color:var(--ink);cursor:pointer}
.again{margin-top:16px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:14px;
margin-top:26px}
.card,figure,.finding{background:var(--paper);border:1px solid var(--rule);border-radius:10px;
padding:14px 16px;min-width:0}
.card .top{display:flex;justify-content:space-between;gap:10px;align-items:baseline;
margin-bottom:8px}
.card dl{display:grid;grid-template-columns:1fr auto;gap:1px 12px;margin:0;font-size:.9rem}
.card dt{color:var(--quiet)}.card dd{margin:0;font-variant-numeric:tabular-nums;text-align:right}
.card .note{margin-top:8px}.card .note.s-unknown{color:var(--unsure)}
nav{position:sticky;top:0;z-index:3;margin-top:26px;background:var(--bg);
border-bottom:1px solid var(--rule)}
.bar{display:flex;gap:12px;align-items:center;max-width:1120px;margin:0 auto;padding:0 24px}
nav ul{display:flex;flex:1;min-width:0;gap:4px 16px;overflow-x:auto;list-style:none;margin:0;
padding:9px 0;font-size:.88rem;white-space:nowrap;scrollbar-width:none}
nav select{max-width:11rem}
#clock{font-size:.82rem;color:var(--quiet);font-variant-numeric:tabular-nums}
#help-button,.save button,dialog button{font:inherit;font-size:.8rem;color:var(--ink);
background:var(--track);border:1px solid var(--rule);border-radius:6px;padding:1px 8px;
cursor:pointer}
.save{float:right;display:flex;gap:5px;margin-left:10px}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;
text-align:inherit}
th[aria-sort=ascending] button::after{content:" ↑"}
th[aria-sort=descending] button::after{content:" ↓"}
dialog{color:var(--ink);background:var(--paper);border:1px solid var(--rule);border-radius:10px;
padding:18px 22px;max-width:min(26rem,90vw)}
dialog::backdrop{background:#0006}
dl.keys{display:grid;grid-template-columns:auto 1fr;gap:5px 14px;margin:12px 0}
dl.keys dd{margin:0}
kbd{font:12px/1 var(--mono);border:1px solid var(--quiet);border-radius:4px;padding:1px 6px}
main>section:focus,figure:focus{outline:none}
figure:focus-visible{outline:2px solid var(--link)}
nav a{text-decoration:none;color:var(--quiet)}nav a:hover{color:var(--ink);
text-decoration:underline}
section{margin-top:40px}section,figure{scroll-margin-top:56px}
section>h2{margin-bottom:4px}
section>.note{margin-bottom:14px}
.scroll{position:relative;overflow-x:auto;border:1px solid var(--rule);border-radius:10px;
background:var(--paper)}
table{border-collapse:collapse;width:100%;font-size:.89rem;font-variant-numeric:tabular-nums}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
th,td{padding:7px 14px;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
tbody tr:last-child>*{border-bottom:0}
thead th{font-size:.82rem;font-weight:650;white-space:nowrap;vertical-align:bottom}
tbody th{font-weight:500;min-width:9.5rem}
.scroll>table>*>tr>:first-child{position:sticky;left:0;background:var(--paper);z-index:1}
td{white-space:nowrap}td.text{white-space:normal;overflow-wrap:anywhere;min-width:12rem}
td small,th small{display:block;color:var(--quiet);font-weight:400;font-size:.8rem;line-height:1.4}
tr.group th{font-size:.76rem;font-weight:650;letter-spacing:.05em;text-transform:uppercase;
color:var(--quiet);padding-top:16px;background:var(--paper)}
td.num{text-align:right}thead th.num{text-align:right}
.s-held{color:var(--held)}.s-broken{color:var(--broken);font-weight:650}
.s-unknown{color:var(--unsure);font-weight:650}.s-excused,.s-vacuous,.s-absent{color:var(--quiet)}
.h1{background:var(--heat1)}.h2{background:var(--heat2)}.h3{background:var(--heat3)}
.h4{background:var(--heat4)}.h5{background:var(--heat5)}
td.free{background:repeating-linear-gradient(135deg,transparent 0 5px,var(--track) 5px 6px)}
.tools,.chips{display:flex;flex-wrap:wrap;gap:6px;align-items:center;font-size:.85rem}
.tools{margin-bottom:10px}.chips{border:0;padding:0;margin:0}
.chip{display:inline-flex;gap:6px;align-items:center;padding:3px 11px 3px 8px;cursor:pointer;
border:1px solid var(--rule);border-radius:99px;background:var(--paper)}
.chip:has(:checked){border-color:var(--quiet)}
.chip input{accent-color:var(--ink);margin:0}
input[type=search],select{font:inherit;font-size:.85rem;color:var(--ink);background:var(--paper);
border:1px solid var(--quiet);border-radius:6px;padding:3px 9px;max-width:100%}
output{color:var(--quiet);font-size:.82rem}
[hidden]{display:none!important}
.away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
#claims:has(#show-unsettled:checked) tr.calm{display:none}
#claims:has(#show-broken:checked) tbody tr:not(.broke){display:none}
.findings{display:grid;gap:12px;margin-top:16px}
.finding{border-left:4px solid var(--broken)}
.finding.free{border-left-color:var(--quiet)}
.finding p{margin-top:4px;overflow-wrap:anywhere}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,480px),1fr));gap:14px}
.grid.small{grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr))}
.stack{display:grid;gap:14px;margin-top:14px}.stack>*,.grid>*{min-width:0}.stack>h3{margin-top:14px}
.stack>h3+.note{margin-top:-10px}
figcaption{margin-bottom:8px}figcaption::after{content:"";display:block;clear:both}
figcaption .note{font-size:.84rem}
figure svg{display:block;width:100%;height:auto;overflow:visible}
.narrow{display:none}
details{margin-top:8px;font-size:.88rem}
summary{cursor:pointer;color:var(--quiet);width:fit-content}
details .scroll{margin-top:8px;max-height:340px;overflow:auto}
details th,details td{padding:4px 12px;font-size:.82rem}
ul.words{margin:0;padding-left:1.15rem}ul.words li{margin:3px 0;overflow-wrap:anywhere}
pre{margin:12px 0 0;padding:14px 16px;background:var(--paper);border:1px solid var(--rule);
border-radius:10px;overflow-x:auto;font:12.5px/1.55 var(--mono)}
code{font-family:var(--mono);font-size:.92em}
dl.read{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:6px 18px;
margin:12px 0 0;max-width:76ch}
dl.read dt{font-weight:650}dl.read dd{margin:0;color:var(--quiet)}
footer{margin-top:48px;padding-top:16px;padding-bottom:40px;color:var(--quiet);font-size:.82rem;
overflow-wrap:anywhere}
svg text{font:11.5px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--ink);
font-variant-numeric:tabular-nums}
svg .axis text,svg text.quiet{fill:var(--quiet)}
svg .end{text-anchor:end}svg .middle{text-anchor:middle}
svg .grid{stroke:var(--rule)}svg .mark{stroke:var(--quiet)}
svg .track{stroke:var(--track);stroke-width:2}
svg .line{fill:none;stroke-width:2;stroke-linejoin:round}
svg .whisker{stroke-width:3;stroke-linecap:round}
svg .tile{fill:var(--track)}svg .hatch{stroke:var(--quiet);stroke-width:1.1;fill:none}
svg .shade{opacity:.5}svg .lane{fill:none;stroke:var(--rule)}
svg .fault{stroke:var(--quiet);stroke-width:.8}
svg .leader{fill:var(--held-bg);stroke:var(--held)}svg .on{fill:var(--held)}
svg .part{stroke:var(--paper)}svg .part0{fill:#0072b2}svg .part1{fill:#e69f00}
svg .part2{fill:#56b4e9}
svg .in0{fill:#fff}svg .in1,svg .in2{fill:#15181b}
.look0{--c:var(--c0)}.look1{--c:var(--c1);stroke-dasharray:7 3}
.look2{--c:var(--c2);stroke-dasharray:2 3}.look3{--c:var(--c3);stroke-dasharray:9 3 2 3}
.look4{--c:var(--c4);stroke-dasharray:12 4}.look5{--c:var(--c5);stroke-dasharray:4 2 1 2}
.look6{--c:var(--c6);stroke-dasharray:5 5}.look7{--c:var(--c7);stroke-dasharray:1 2}
.look8{--c:var(--c8);stroke-dasharray:10 2 2 2 2 2}
[class*=look]{stroke:var(--c)}
svg :is(.whisker,.dot,.band,.bar,.arm,.cross,.tip){stroke-dasharray:none}
svg .dot{fill:var(--c);stroke:var(--paper);stroke-width:1.5}
svg .dot.hollow{fill:var(--paper);stroke:var(--c);stroke-width:2}
svg .band{fill:var(--c);fill-opacity:.22;stroke:none}
svg .bar{fill:var(--c);stroke:none}
svg :is(.arm,.cross){fill:none;stroke-width:1.5}
svg .tip{fill:none;stroke-width:2.5;stroke-linecap:round}
svg .thin{stroke-width:1.3;stroke-dasharray:none}
svg .at{stroke:var(--ink);stroke-width:1.2}
svg .q1{stroke-dasharray:5 3}svg .q2{stroke-dasharray:1.5 2.5}
svg .tag{fill:var(--paper);stroke:var(--quiet)}
svg .cell{stroke:var(--rule)}svg .cell.safe{fill:var(--held-bg)}
svg .cell.unsafe{fill:var(--broken-bg)}svg .cell.unavailable{fill:var(--unsure-bg)}
svg .cell.unknown{fill:var(--track)}
svg .sign{font-weight:650}svg .strong{font-weight:650}
svg .dim{opacity:.13}
svg .cursor{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 2;pointer-events:none}
@media (max-width:640px){
main,header,footer{padding-left:16px;padding-right:16px}nav .bar{padding:0 16px}
nav select{max-width:7rem}
.wide{display:none}.narrow{display:block}
th,td{padding:7px 10px}tbody th{min-width:7.2rem;max-width:9rem;overflow-wrap:anywhere}
th small.words{display:none}
.card,figure,.finding{padding:12px}
dl.read{grid-template-columns:1fr}dl.read dt{margin-top:8px}
section{margin-top:32px}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}
*{transition:none!important;animation:none!important}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:11px}
nav,.tools,.save,.command button,dialog{display:none}
section{margin-top:20px}figure,.card,.finding,tr{break-inside:avoid}h2{break-after:avoid}
.scroll,details .scroll{overflow:visible;max-height:none}pre,.command code{white-space:pre-wrap}
details::details-content{content-visibility:visible;block-size:auto}}
`;
