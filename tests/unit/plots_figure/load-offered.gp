# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'load-offered.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'load-offered.dat'
set terminal svg size 600,836 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'load-offered.svg'
set multiplot
set label 'vhost off and on' at screen 0.16000,0.97368 left font ',15'
set arrow from screen 0.16000,0.26077 to screen 0.21000,0.26077 nohead lt 1 lw 2
set label '' at screen 0.18500,0.26077 point lt 1 pt 7 ps 1.1
set label 'vhost off' at screen 0.22333,0.26077 left
set arrow from screen 0.16000,0.23684 to screen 0.21000,0.23684 nohead lw 1.4 dt 1 lc rgb '#404040'
set label '25th' at screen 0.22333,0.23684 left
set arrow from screen 0.31200,0.23684 to screen 0.36200,0.23684 nohead lw 2 dt solid lc rgb '#404040'
set label 'median' at screen 0.37533,0.23684 left
set arrow from screen 0.48833,0.23684 to screen 0.53833,0.23684 nohead lw 1.4 dt 3 lc rgb '#404040'
set label '75th' at screen 0.55167,0.23684 left
set arrow from screen 0.64033,0.23684 to screen 0.69033,0.23684 nohead lw 1.4 dt 4 lc rgb '#404040'
set label '99th percentile' at screen 0.70367,0.23684 left
set label 'one repetition: no spread is known' at screen 0.16000,0.21292 left font ',11'
set label 'bars at losses: standard deviation of the rate received, of autotest' at screen 0.16000,0.18900 left font ',11'
set label 'arrow: at least 4.32 ms, it falls among lost frames' at screen 0.16000,0.16507 left font ',11'
set label 'hollow: not to be relied on' at screen 0.16000,0.14115 left font ',11'
set label '99th percentile unknown at 15 of 16 points: only quartiles are known' at screen 0.16000,0.11722 left font ',11'
set label '1 point at the nominal load: what was offered is unknown' at screen 0.16000,0.09330 left font ',11'
set label 'percentiles by the linear rule' at screen 0.16000,0.06938 left font ',11'
set label 'A caption that is longer than a line of the figure can be, so that it' at screen 0.16000,0.04545 left font ',11'
set label 'has to be set in several lines, each of which is read after the other.' at screen 0.16000,0.02153 left font ',11'
set lmargin at screen 0.16000
set rmargin at screen 0.96000
set tmargin at screen 0.92584
set bmargin at screen 0.55478
set xrange [0:873600]
set xtics ('' 0, '' 200000, '' 400000, '' 600000, '' 800000)
set ylabel 'latency (ms)'
set yrange [50000:20000000]
set logscale y
set ytics ('0.05' 50000, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '0.1' 100000, '0.2' 200000, '' 300000 1, '' 400000 1, '0.5' 500000, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1' 1000000, '2' 2000000, '' 3000000 1, '' 4000000 1, '5' 5000000, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '10' 10000000, '20' 20000000)
plot data index 0 using ($2 > 0 ? $2 : $1):3 with lines lt 1 lw 1.4 dt 1, \
  data index 0 using ($2 > 0 ? $2 : $1):4 with lines lt 1 lw 2 dt solid, \
  data index 0 using ($2 > 0 ? $2 : $1):5 with lines lt 1 lw 1.4 dt 3, \
  data index 0 using ($2 > 0 ? $2 : $1):(int($11) & 4 ? ($5 < 14109347.4 ? $5 : 14109347.4) : NaN):(0):(0.35*($5 < 14109347.4 ? $5 : 14109347.4)) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 0 using ($2 > 0 ? $2 : $1):6 with lines lt 1 lw 1.4 dt 4, \
  data index 0 using ($2 > 0 ? $2 : $1):(int($11) & 8 ? ($6 < 14109347.4 ? $6 : 14109347.4) : NaN):(0):(0.35*($6 < 14109347.4 ? $6 : 14109347.4)) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 0 using ($2 > 0 ? $2 : $1):($16 == 1 ? $4 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using ($2 > 0 ? $2 : $1):($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using ($2 > 0 ? $2 : $1):($16 == 0 ? $4 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.16000
set rmargin at screen 0.96000
set tmargin at screen 0.53086
set bmargin at screen 0.33971
set xtics ('0' 0, '200' 200000, '400' 400000, '600' 600000, '800' 800000)
set xlabel 'offered load (kpps)'
set ylabel "loss (%,\nautotest's metric)" offset -1.3,0
set yrange [0:0.7]
set ytics ('0' 0, '10' 0.1, '20' 0.2, '30' 0.3, '40' 0.4, '50' 0.5, '60' 0.6, '70' 0.7)
plot data index 0 using ($2 > 0 ? $2 : $1):12 with lines lt 1 lw 2.6, \
  data index 0 using ($2 > 0 ? $2 : $1):13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using ($2 > 0 ? $2 : $1):($16 == 1 ? $12 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using ($2 > 0 ? $2 : $1):($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using ($2 > 0 ? $2 : $1):($16 == 0 ? $12 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5
unset multiplot
set output
