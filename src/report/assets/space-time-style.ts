/** Style of space-time diagrams: part of the page's one sheet. */
export const SPACE_TIME_STYLE = `
.story{background:var(--paper);border:1px solid var(--rule);border-radius:10px;padding:14px 16px;
min-width:0;margin-top:14px;scroll-margin-top:52px}
.story>p{margin-top:4px;max-width:76ch;overflow-wrap:anywhere}
.story>.words-left{margin-top:10px}
.told{margin:8px 0 0;padding:0;list-style:none;font:12.5px/1.6 var(--mono);overflow-x:auto}
.told li{white-space:pre}.told .end-line{color:var(--broken);font-weight:650}
.lanes{display:grid;grid-template-columns:70px minmax(0,1fr);margin-top:12px;overflow:auto;
max-height:min(78vh,900px);border:1px solid var(--rule);border-radius:8px;position:relative}
.lanes svg{display:block;overflow:visible}
.lanes .space{overflow:hidden}
.corner,.heads{position:sticky;top:0;z-index:2;background:var(--paper);
border-bottom:1px solid var(--rule);font-size:.78rem}
.heads{overflow:hidden}.corner{color:var(--quiet);text-align:right;padding:7px 6px 0 0}
.head-narrow{display:none!important}.heads text{font-weight:650}
.lanes .lines{stroke:var(--rule);stroke-width:1.5}
.lanes .silences{fill:var(--track);opacity:.7}
.messages{stroke:var(--quiet);fill:none;stroke-width:1;opacity:.62}
.messages.subject{stroke:var(--link);stroke-width:1.9;opacity:1}
.messages.lost{stroke:var(--broken);stroke-dasharray:4 3;opacity:1}
.messages .cross{stroke-dasharray:none;stroke-width:1.8;fill:none}
.lanes .tip{fill:context-stroke;stroke:none}
.lanes text.said{font-size:10px;fill:var(--link);paint-order:stroke;stroke:var(--paper);
stroke-width:3px;stroke-linejoin:round}
.era{stroke:var(--quiet);stroke-width:.8}
.era.leader{fill:var(--held);stroke:var(--held)}
.era.primary{fill:var(--track);stroke:var(--quiet)}
.era.lease{stroke:var(--held)}
.era.down,.era.paused,.era.fault,.era.clock{stroke:var(--broken)}
.lanes text.in-era{font-size:9.5px;paint-order:stroke;stroke:var(--paper);stroke-width:2.5px;
stroke-linejoin:round}
.lanes text.in-era.leader{fill:var(--paper);stroke:none;font-weight:650}
.lanes text.in-era.primary{stroke:none}
.body{fill:var(--quiet);opacity:.55}.body.subject{fill:var(--c4);opacity:1}
.event circle{fill:var(--ink);stroke:var(--paper);stroke-width:1.5}
.event.rests circle{fill:var(--broken);stroke:var(--broken)}
.event text{font-size:11px;paint-order:stroke;stroke:var(--paper);stroke-width:3.5px;
stroke-linejoin:round}
.event.rests text{fill:var(--broken);font-weight:650}
.verdict-mark line{stroke:var(--broken);stroke-width:2.5}
.verdict-mark text{fill:var(--broken);font-weight:650;paint-order:stroke;stroke:var(--paper);
stroke-width:4px}
.lanes [data-id]{cursor:pointer}
.steps{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center;margin-top:10px;font-size:.85rem}
.steps label{display:inline-flex;gap:6px;align-items:center;color:var(--quiet)}
.steps select,.steps button{font:inherit;color:var(--ink);background:var(--track);
border:1px solid var(--rule);border-radius:6px;padding:3px 8px;max-width:14rem}
.steps button{cursor:pointer;min-width:2.2rem}
.now{min-height:3.1em;margin-top:8px;font-size:.88rem;max-width:none!important}
.now b{font-variant-numeric:tabular-nums}
.has-selected .messages line,.has-selected .cross,.has-selected .event,
.has-selected .said{opacity:.16}
.has-selected .messages,.has-selected .messages.lost{opacity:1}
.lanes .past{opacity:1!important}
.lanes line.past{stroke:var(--c3);stroke-width:1.8}
.lanes line.selected{stroke:var(--broken);stroke-width:3.2;opacity:1!important}
.lanes .event.past circle{fill:var(--c3)}
.lanes .event.direct circle{stroke:var(--ink);stroke-width:2;r:5px}
.lanes .event.selected{opacity:1!important}
.lanes .event.selected circle{fill:var(--broken);stroke:var(--ink);r:6px}
.lanes .event.selected text,.lanes .event.past text{font-weight:650}
.lanes .filtered{display:none}
.own{display:none;fill:none;stroke:var(--c1);stroke-width:2;stroke-dasharray:6 3}
.by-mono .own.mono,.by-wall .own.wall{display:block}
@media (max-width:640px){
.lanes{grid-template-columns:58px minmax(0,1fr)}
.head-wide{display:none!important}.head-narrow{display:block!important}
.corner{padding-top:64px}
.lanes .event text,.lanes .in-era,.lanes .said{display:none}
.lanes .times text{font-size:10px}
.era.leader,.era.primary{x:-6px;width:5px}.era.lease{x:-11px;width:4px}
.era.down,.era.paused{x:-4px;width:8px}.era.clock{x:-13px;width:2px}.era.fault{x:-16px;width:3px}
.body{width:4px}}
@media print{.lanes{max-height:none;overflow:visible}.steps,.now{display:none}
.corner,.heads{position:static}}
`;
