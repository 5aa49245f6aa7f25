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
--link:light-dark(#00639c,#6cbcec);
--c0:light-dark(#0072b2,#56b4e9);--c1:#d55e00;--c2:light-dark(#009e73,#1fbf93);
--c3:light-dark(#b0578a,#cc79a7);--c4:light-dark(#b87d00,#e69f00);--c5:light-dark(#56b4e9,#3f8fd0);
--c6:light-dark(#8f8600,#f0e442);--c7:light-dark(#3a3f45,#d7dbdf);
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
.note{font-size:.88rem;max-width:68ch}
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
.again{margin-top:20px}
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
nav ul{display:flex;gap:4px 18px;overflow-x:auto;list-style:none;max-width:1120px;margin:0 auto;
padding:9px 24px;font-size:.88rem;white-space:nowrap;scrollbar-width:none}
nav a{text-decoration:none;color:var(--quiet)}nav a:hover{color:var(--ink);
text-decoration:underline}
section{margin-top:40px;scroll-margin-top:52px}
section>h2{margin-bottom:4px}
section>.note{margin-bottom:14px}
.scroll{overflow-x:auto;border:1px solid var(--rule);border-radius:10px;background:var(--paper)}
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
td.free{background:repeating-linear-gradient(135deg,transparent 0 5px,var(--track) 5px 6px)}
.filter{display:inline-flex;gap:8px;align-items:center;font-size:.88rem;margin-bottom:10px;
cursor:pointer}
#claims:has(#unsettled:checked) tr.calm{display:none}
.findings{display:grid;gap:12px;margin-top:16px}
.finding{border-left:4px solid var(--broken)}
.finding.free{border-left-color:var(--quiet)}
.finding p{margin-top:4px;overflow-wrap:anywhere}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,480px),1fr));gap:14px}
.grid.small{grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr))}
.stack{display:grid;gap:14px;margin-top:14px}.stack>h3{margin-top:14px}
.stack>h3+.note{margin-top:-10px}
figcaption{margin-bottom:8px}
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
.look0{stroke:var(--c0)}.look1{stroke:var(--c1);stroke-dasharray:7 3}
.look2{stroke:var(--c2);stroke-dasharray:2 3}.look3{stroke:var(--c3);stroke-dasharray:9 3 2 3}
.look4{stroke:var(--c4);stroke-dasharray:12 4}.look5{stroke:var(--c5);stroke-dasharray:4 2 1 2}
.look6{stroke:var(--c6);stroke-dasharray:5 5}.look7{stroke:var(--c7);stroke-dasharray:1 2}
.whisker,.dot{stroke-dasharray:none}
.dot{stroke:var(--paper);stroke-width:1.5}
.dot.look0{fill:var(--c0)}.dot.look1{fill:var(--c1)}.dot.look2{fill:var(--c2)}
.dot.look3{fill:var(--c3)}
.dot.look4{fill:var(--c4)}.dot.look5{fill:var(--c5)}.dot.look6{fill:var(--c6)}
.dot.look7{fill:var(--c7)}
svg .dot{stroke:var(--paper)}
@media (max-width:640px){
main,header{padding-left:16px;padding-right:16px}nav ul{padding:9px 16px}footer{padding-left:16px;
padding-right:16px}
.wide{display:none}.narrow{display:block}
th,td{padding:7px 10px}tbody th{min-width:7.2rem;max-width:9rem;overflow-wrap:anywhere}
th small.words{display:none}
.card,figure,.finding{padding:12px}
dl.read{grid-template-columns:1fr}dl.read dt{margin-top:8px}
section{margin-top:32px}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:11px}
nav,.filter,.command button{display:none}
section{margin-top:20px}figure,.card,.finding,tr{break-inside:avoid}h2{break-after:avoid}
.scroll,details .scroll{overflow:visible;max-height:none}pre,.command code{white-space:pre-wrap}
details::details-content{content-visibility:visible;block-size:auto}}
`;
