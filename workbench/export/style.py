"""How the report looks: on light and dark screens and on paper."""

from __future__ import annotations

# The colours of runs and surfaces are those of the window, so that run B looks the same in both.
LIGHT = """
--page:#F4F6F9;--surface:#FFFFFF;--raised:#EBEFF4;--rule:#D9DFE7;--text:#1B222C;--muted:#596372;
--link:#1F5ABB;--warn:#8A5A00;--warn-soft:#FFF4DC;--heat:#123A7A;--in-heat:#000000;--on-heat:#FFFFFF;
--run-0:#2457C5;--run-1:#E06A10;--run-2:#0E9F74;--run-3:#B277BA;--run-4:#76340F;--run-5:#2F2A38;
--on-0:#FFFFFF;--on-1:#000000;--on-2:#000000;--on-3:#000000;--on-4:#FFFFFF;--on-5:#FFFFFF;
"""
DARK = """
--page:#16191F;--surface:#1F232B;--raised:#2A303A;--rule:#353C48;--text:#E3E8EF;--muted:#A3ADBB;
--link:#8BB8FF;--warn:#F0C36D;--warn-soft:#3A3018;--heat:#6FA0EE;--in-heat:#FFFFFF;--on-heat:#000000;
--run-0:#4F79FF;--run-1:#E66C3C;--run-2:#63E39A;--run-3:#E2A4C3;--run-4:#F0EC6A;--run-5:#9376C8;
--on-0:#000000;--on-1:#000000;--on-2:#000000;--on-3:#000000;--on-4:#000000;--on-5:#000000;
"""

_PAGE = """
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif}
main,header{max-width:1120px;margin:0 auto;padding:0 24px}
header{padding-top:36px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px}
h2{font-size:19px;margin:0 0 12px}
h3{font-size:15px;margin:20px 0 8px}
p{margin:0 0 10px;max-width:80ch}
section{background:var(--surface);border:1px solid var(--rule);border-radius:10px;padding:22px 24px;
margin:18px 0}
.muted,.note{color:var(--muted)}
.note{font-size:13px}
.warning{background:var(--warn-soft);border-left:4px solid var(--warn);padding:8px 12px;margin:0 0 10px;
border-radius:4px}
ul{margin:0 0 12px;padding-left:20px}
li{margin:3px 0}
.verdicts li{font-weight:600}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;margin:0 0 12px}
caption{text-align:left;color:var(--muted);font-size:13px;padding:0 0 6px}
th,td{padding:5px 14px 5px 0;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top}
thead th{color:var(--muted);font-weight:600;vertical-align:bottom}
tbody th{font-weight:600}
.number,thead .number{text-align:right;white-space:nowrap}
.range{color:var(--muted);font-size:12px;white-space:nowrap}
.scroll{overflow-x:auto}
.sides{display:flex;flex-wrap:wrap;gap:16px 28px;align-items:flex-start}
.runs{display:flex;flex-wrap:wrap;gap:6px 18px;list-style:none;padding:0;margin:0 0 14px;font-size:13.5px}
.chip{display:inline-block;min-width:22px;height:22px;line-height:22px;border-radius:5px;text-align:center;
padding:0 5px;font-weight:700;font-size:13px;background:var(--run);color:var(--on);margin-right:6px;
print-color-adjust:exact;-webkit-print-color-adjust:exact}
.sample{vertical-align:middle;margin-right:4px}
figure{margin:0 0 10px;max-width:100%}
figcaption{font-weight:600;font-size:13.5px;margin-bottom:6px}
pre{background:var(--raised);border-radius:6px;padding:12px 14px;overflow-x:auto;font-size:12.5px;
line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere}
.cases{display:grid;grid-template-columns:repeat(auto-fill,minmax(480px,1fr));gap:16px}
.case{border:1px solid var(--rule);border-radius:8px;padding:14px;overflow-wrap:anywhere}
.case img{width:104px;height:104px;object-fit:contain;background:#7D8187;border-radius:4px;flex:none;
image-rendering:auto}
.case .head{display:flex;gap:14px;margin-bottom:10px}
.case h3{margin:0 0 4px;font-size:13.5px}
.case p{margin:0 0 4px;font-size:13px}
.gone{width:104px;height:104px;flex:none;background:var(--raised);color:var(--muted);border-radius:4px;
font-size:12px;display:flex;align-items:center;justify-content:center;text-align:center;padding:6px}
.reason{display:inline-block;background:var(--raised);border-radius:4px;padding:0 7px;font-size:12px}
footer{max-width:1120px;margin:0 auto;padding:4px 24px 40px;color:var(--muted);font-size:13px}
.meter{display:inline-block;height:9px;border-radius:2px;background:var(--heat);vertical-align:middle;
print-color-adjust:exact;-webkit-print-color-adjust:exact}
"""

_CHARTS = """
.defs{position:absolute}
.chart{max-width:100%;height:auto;display:block;font:11px system-ui,"Segoe UI",Roboto,Arial,sans-serif}
.chart text{fill:var(--text)}
.chart .tick,.chart .small{fill:var(--muted)}
.chart .small{font-size:10px;font-variant-numeric:tabular-nums}
.chart .letter{font-weight:700;font-size:12px}
.chart .class-name text{font-size:12px}
.chart .true text{font-weight:700}
.grid{stroke:var(--rule);stroke-width:1}
.axis{stroke:var(--muted);stroke-width:1}
.line{fill:none;stroke:var(--run);stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.line.train{stroke-width:1;opacity:.75}
.mark{fill:var(--surface);stroke:var(--run);stroke-width:2}
.dot{fill:var(--run)}
.whisker{fill:none;stroke:var(--text);stroke-width:1.1}
.colored .whisker{stroke:var(--run);stroke-width:2}
.halo{fill:none;stroke:var(--surface);stroke-width:3.4}
.bar{stroke:var(--run);stroke-width:1}
.hatch path{fill:none;stroke:var(--run);stroke-width:1.6}
.hatch .ground{fill:var(--run);fill-opacity:.22}
.hatch .solid{fill:var(--run)}
.heat{fill:var(--heat)}
.frame{fill:none;stroke:var(--rule)}
.chart .count{fill:var(--in-heat);font-variant-numeric:tabular-nums}
.chart .count.on{fill:var(--on-heat)}
.chart .dense{font-size:8px}
"""

# Dashes as in the window, but for the sixth: on paper without colours it must not look like the first.
_DASHES = ("none", "8 4", "2 4", "9 4 2 4", "9 4 2 4 2 4", "16 4")

_PAPER = """
@page{margin:14mm}
@media print{
body{background:none;font-size:11.5px}
header,main,footer{max-width:none;padding:0}
section{border:none;padding:0;margin:0 0 16px}
h2{border-bottom:1px solid var(--rule);padding-bottom:3px;break-after:avoid}
h3,caption{break-after:avoid}
.case,figure,tr,.warning{break-inside:avoid}
.cases{grid-template-columns:1fr 1fr;gap:10px}
.scroll{overflow:visible}
.sides{gap:10px 3%}
.sides>figure,.sides>.scroll{width:48%}
table{font-size:10px}
.range{font-size:8.5px}
th,td{padding:2px 7px 2px 0}
.sides tbody tr:first-child{break-before:avoid}
thead{break-after:avoid}
.runs,figcaption{break-after:avoid}
pre{border:1px solid var(--rule)}
}
"""


def style_sheet() -> str:
    """The whole style sheet; paper is light whatever the screen is."""
    runs = "".join(
        f".r{slot}{{--run:var(--run-{slot});--on:var(--on-{slot})}}.r{slot}.line{{stroke-dasharray:{dash}}}\n"
        for slot, dash in enumerate(_DASHES)
    )
    return (
        f":root{{color-scheme:light dark;{LIGHT}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{DARK}}}}}\n"
        f"{_PAGE}{_CHARTS}{runs}{_PAPER}"
    )
