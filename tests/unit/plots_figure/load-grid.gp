# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'load-grid.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'load-grid.dat'
set terminal svg size 820,914 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'load-grid.svg'
set multiplot
set label 'pcvm against microvm' at screen 0.11707,0.97593 left font ',15'
set label '64 bytes, 1 guest' at screen 0.11707,0.95405 left font ',11'
set arrow from screen 0.11707,0.08534 to screen 0.15366,0.08534 nohead lt 1 lw 2
set label '' at screen 0.13537,0.08534 point lt 1 pt 7 ps 1.1
set label 'pcvm' at screen 0.16341,0.08534 left
set arrow from screen 0.25500,0.08534 to screen 0.29159,0.08534 nohead lt 2 lw 2
set label '' at screen 0.27329,0.08534 point lt 2 pt 5 ps 1.1
set label 'microvm' at screen 0.30134,0.08534 left
set arrow from screen 0.11707,0.06346 to screen 0.15366,0.06346 nohead lw 1.4 dt 1 lc rgb '#404040'
set label '25th' at screen 0.16341,0.06346 left
set arrow from screen 0.21854,0.06346 to screen 0.25512,0.06346 nohead lw 2 dt solid lc rgb '#404040'
set label 'median' at screen 0.26488,0.06346 left
set arrow from screen 0.33780,0.06346 to screen 0.37439,0.06346 nohead lw 1.4 dt 3 lc rgb '#404040'
set label '75th' at screen 0.38415,0.06346 left
set arrow from screen 0.43927,0.06346 to screen 0.47585,0.06346 nohead lw 1.4 dt 4 lc rgb '#404040'
set label '99th percentile' at screen 0.48561,0.06346 left
set label 'bars: minimum to maximum of 3 repetitions' at screen 0.11707,0.04158 left font ',11'
set label 'arrow: at least 1.8 ms, among lost frames' at screen 0.48092,0.04158 left font ',11'
set label 'hollow: unreliable trial' at screen 0.11707,0.01969 left font ',11'
set label 'large marker: median, small: 99th percentile' at screen 0.34220,0.01969 left font ',11'
set label 'bridge, vhost off' at screen 0.32500,0.92123 center font ',12'
set label 'bridge, vhost on' at screen 0.76280,0.92123 center font ',12'
set label 'macvtap, vhost off' at screen 0.32500,0.51860 center font ',12'
set label 'macvtap, vhost on' at screen 0.76280,0.51860 center font ',12'
set lmargin at screen 0.11707
set rmargin at screen 0.53293
set tmargin at screen 0.90591
set bmargin at screen 0.68928
set xrange [0:832000]
set xtics ('' 0, '' 200000, '' 400000, '' 600000, '' 800000)
set ylabel 'latency'
set yrange [20000:50000000]
set logscale y
set ytics ('' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100 µs' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1 ms' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '10 ms' 10000000, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1)
plot data index 0 every ::0::12 using 2:3 with lines lt 1 lw 1.4 dt 1, \
  data index 0 every ::0::12 using 2:4 with lines lt 1 lw 2 dt solid, \
  data index 0 every ::0::12 using 2:5 with lines lt 1 lw 1.4 dt 3, \
  data index 0 using 2:(int($11) & 4 ? ($5 < 35273368.6 ? $5 : 35273368.6) : NaN):(0):(0.35*($5 < 35273368.6 ? $5 : 35273368.6)) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 0 every ::0::12 using 2:6 with lines lt 1 lw 1.4 dt 4, \
  data index 0 using 2:(int($11) & 8 ? ($6 < 35273368.6 ? $6 : 35273368.6) : NaN):(0):(0.35*($6 < 35273368.6 ? $6 : 35273368.6)) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 0 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using 2:($16 == 1 ? $4 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using 2:($16 == 0 ? $4 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $6 : NaN) with points lc rgb '#ffffff' pt 7 ps 0.66, \
  data index 0 using 2:($16 == 0 ? $6 : NaN) with points lt 1 pt 6 ps 0.66 lw 1.5, \
  data index 1 every ::0::12 using 2:3 with lines lt 2 lw 1.4 dt 1, \
  data index 1 every ::0::12 using 2:4 with lines lt 2 lw 2 dt solid, \
  data index 1 every ::0::12 using 2:5 with lines lt 2 lw 1.4 dt 3, \
  data index 1 using 2:(int($11) & 4 ? ($5 < 35273368.6 ? $5 : 35273368.6) : NaN):(0):(0.35*($5 < 35273368.6 ? $5 : 35273368.6)) with vectors head filled size screen 0.008,22 lt 2 lw 2, \
  data index 1 every ::0::12 using 2:6 with lines lt 2 lw 1.4 dt 4, \
  data index 1 using 2:(int($11) & 8 ? ($6 < 35273368.6 ? $6 : 35273368.6) : NaN):(0):(0.35*($6 < 35273368.6 ? $6 : 35273368.6)) with vectors head filled size screen 0.008,22 lt 2 lw 2, \
  data index 1 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 1 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 1 using 2:($16 == 1 ? $4 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 1 using 2:($16 == 0 ? $4 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $6 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.57, \
  data index 1 using 2:($16 == 0 ? $6 : NaN) with points lt 2 pt 4 ps 0.57 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.53293
set tmargin at screen 0.67177
set bmargin at screen 0.56018
set xtics ('0' 0, '200' 200000, '400' 400000, '600' 600000, '800' 800000)
set ylabel 'loss (%)'
set yrange [0:1]
set ytics ('0' 0, '20' 0.2, '40' 0.4, '60' 0.6, '80' 0.8, '100' 1)
plot data index 0 every ::0::12 using 2:12 with lines lt 1 lw 2.6, \
  data index 0 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 0 using 2:($16 == 1 ? $12 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 0 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 0 using 2:($16 == 0 ? $12 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 1 every ::0::12 using 2:12 with lines lt 2 lw 2, \
  data index 1 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 1 using 2:($16 == 1 ? $12 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 1 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 1 using 2:($16 == 0 ? $12 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.55488
set rmargin at screen 0.97073
set tmargin at screen 0.90591
set bmargin at screen 0.68928
set xrange [0:832000]
set xtics ('' 0, '' 200000, '' 400000, '' 600000, '' 800000)
unset xlabel
unset ylabel
set yrange [20000:50000000]
set logscale y
set ytics ('' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '' 10000000, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1)
plot data index 2 every ::0::12 using 2:3 with lines lt 1 lw 1.4 dt 1, \
  data index 2 every ::0::12 using 2:4 with lines lt 1 lw 2 dt solid, \
  data index 2 every ::0::12 using 2:5 with lines lt 1 lw 1.4 dt 3, \
  data index 2 using 2:(int($11) & 4 ? ($5 < 35273368.6 ? $5 : 35273368.6) : NaN):(0):(0.35*($5 < 35273368.6 ? $5 : 35273368.6)) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 2 every ::0::12 using 2:6 with lines lt 1 lw 1.4 dt 4, \
  data index 2 using 2:(int($11) & 8 ? ($6 < 35273368.6 ? $6 : 35273368.6) : NaN):(0):(0.35*($6 < 35273368.6 ? $6 : 35273368.6)) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 2 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 2 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 2 using 2:($16 == 1 ? $4 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 2 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 2 using 2:($16 == 0 ? $4 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 2 using 2:($16 == 0 ? $6 : NaN) with points lc rgb '#ffffff' pt 7 ps 0.66, \
  data index 2 using 2:($16 == 0 ? $6 : NaN) with points lt 1 pt 6 ps 0.66 lw 1.5, \
  data index 3 every ::0::12 using 2:3 with lines lt 2 lw 1.4 dt 1, \
  data index 3 every ::0::12 using 2:4 with lines lt 2 lw 2 dt solid, \
  data index 3 every ::0::12 using 2:5 with lines lt 2 lw 1.4 dt 3, \
  data index 3 every ::0::12 using 2:6 with lines lt 2 lw 1.4 dt 4, \
  data index 3 using 2:(int($11) & 8 ? ($6 < 35273368.6 ? $6 : 35273368.6) : NaN):(0):(0.35*($6 < 35273368.6 ? $6 : 35273368.6)) with vectors head filled size screen 0.008,22 lt 2 lw 2, \
  data index 3 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 3 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 3 using 2:($16 == 1 ? $4 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 3 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 3 using 2:($16 == 0 ? $4 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5, \
  data index 3 using 2:($16 == 0 ? $6 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.57, \
  data index 3 using 2:($16 == 0 ? $6 : NaN) with points lt 2 pt 4 ps 0.57 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.55488
set rmargin at screen 0.97073
set tmargin at screen 0.67177
set bmargin at screen 0.56018
set xtics ('0' 0, '200' 200000, '400' 400000, '600' 600000, '800' 800000)
unset ylabel
set yrange [0:1]
set ytics ('' 0, '' 0.2, '' 0.4, '' 0.6, '' 0.8, '' 1)
plot data index 2 every ::0::12 using 2:12 with lines lt 1 lw 2.6, \
  data index 2 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 2 using 2:($16 == 1 ? $12 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 2 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 2 using 2:($16 == 0 ? $12 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 3 every ::0::12 using 2:12 with lines lt 2 lw 2, \
  data index 3 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 3 using 2:($16 == 1 ? $12 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 3 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 3 using 2:($16 == 0 ? $12 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.53293
set tmargin at screen 0.50328
set bmargin at screen 0.28665
set xrange [0:832000]
set xtics ('' 0, '' 200000, '' 400000, '' 600000, '' 800000)
unset xlabel
set ylabel 'latency'
set yrange [20000:50000000]
set logscale y
set ytics ('' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100 µs' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1 ms' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '10 ms' 10000000, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1)
plot data index 4 every ::0::12 using 2:3 with lines lt 1 lw 1.4 dt 1, \
  data index 4 every ::0::12 using 2:4 with lines lt 1 lw 2 dt solid, \
  data index 4 every ::0::12 using 2:5 with lines lt 1 lw 1.4 dt 3, \
  data index 4 every ::0::12 using 2:6 with lines lt 1 lw 1.4 dt 4, \
  data index 4 using 2:(int($11) & 8 ? ($6 < 35273368.6 ? $6 : 35273368.6) : NaN):(0):(0.35*($6 < 35273368.6 ? $6 : 35273368.6)) with vectors head filled size screen 0.008,22 lt 1 lw 2.6, \
  data index 4 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 4 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 4 using 2:($16 == 1 ? $4 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 4 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 4 using 2:($16 == 0 ? $4 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 4 using 2:($16 == 0 ? $6 : NaN) with points lc rgb '#ffffff' pt 7 ps 0.66, \
  data index 4 using 2:($16 == 0 ? $6 : NaN) with points lt 1 pt 6 ps 0.66 lw 1.5, \
  data index 5 every ::0::12 using 2:3 with lines lt 2 lw 1.4 dt 1, \
  data index 5 every ::0::12 using 2:4 with lines lt 2 lw 2 dt solid, \
  data index 5 every ::0::12 using 2:5 with lines lt 2 lw 1.4 dt 3, \
  data index 5 every ::0::12 using 2:6 with lines lt 2 lw 1.4 dt 4, \
  data index 5 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 5 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 5 using 2:($16 == 1 ? $4 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 5 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 5 using 2:($16 == 0 ? $4 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5, \
  data index 5 using 2:($16 == 0 ? $6 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.57, \
  data index 5 using 2:($16 == 0 ? $6 : NaN) with points lt 2 pt 4 ps 0.57 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.53293
set tmargin at screen 0.26915
set bmargin at screen 0.15755
set xtics ('0' 0, '200' 200000, '400' 400000, '600' 600000, '800' 800000)
set xlabel 'offered load (kpps)'
set ylabel 'loss (%)'
set yrange [0:1]
set ytics ('0' 0, '20' 0.2, '40' 0.4, '60' 0.6, '80' 0.8, '100' 1)
plot data index 4 every ::0::12 using 2:12 with lines lt 1 lw 2.6, \
  data index 4 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 4 using 2:($16 == 1 ? $12 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 4 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 4 using 2:($16 == 0 ? $12 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 5 every ::0::12 using 2:12 with lines lt 2 lw 2, \
  data index 5 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 5 using 2:($16 == 1 ? $12 : NaN) with points lt 2 pt 5 ps 0.95 lw 1.5, \
  data index 5 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 5 ps 0.95, \
  data index 5 using 2:($16 == 0 ? $12 : NaN) with points lt 2 pt 4 ps 0.95 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.55488
set rmargin at screen 0.97073
set tmargin at screen 0.50328
set bmargin at screen 0.28665
set xrange [0:832000]
set xtics ('' 0, '' 200000, '' 400000, '' 600000, '' 800000)
unset xlabel
unset ylabel
set yrange [20000:50000000]
set logscale y
set ytics ('' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1, '' 6000000 1, '' 7000000 1, '' 8000000 1, '' 9000000 1, '' 10000000, '' 20000000 1, '' 30000000 1, '' 40000000 1, '' 50000000 1)
plot data index 6 every ::0::12 using 2:3 with lines lt 1 lw 1.4 dt 1, \
  data index 6 every ::0::12 using 2:4 with lines lt 1 lw 2 dt solid, \
  data index 6 every ::0::12 using 2:5 with lines lt 1 lw 1.4 dt 3, \
  data index 6 every ::0::12 using 2:6 with lines lt 1 lw 1.4 dt 4, \
  data index 6 using 2:7:(0):($8 - $7) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 6 using 2:9:(0):($10 - $9) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 6 using 2:($16 == 1 ? $4 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 6 using 2:($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 6 using 2:($16 == 0 ? $4 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5, \
  data index 6 using 2:($16 == 0 ? $6 : NaN) with points lc rgb '#ffffff' pt 7 ps 0.66, \
  data index 6 using 2:($16 == 0 ? $6 : NaN) with points lt 1 pt 6 ps 0.66 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.55488
set rmargin at screen 0.97073
set tmargin at screen 0.26915
set bmargin at screen 0.15755
set xtics ('0' 0, '200' 200000, '400' 400000, '600' 600000, '800' 800000)
set xlabel 'offered load (kpps)'
unset ylabel
set yrange [0:1]
set ytics ('' 0, '' 0.2, '' 0.4, '' 0.6, '' 0.8, '' 1)
plot data index 6 every ::0::12 using 2:12 with lines lt 1 lw 2.6, \
  data index 6 using 2:13:(0):($14 - $13) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 6 using 2:($16 == 1 ? $12 : NaN) with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 6 using 2:($16 == 0 ? $12 : NaN) with points lc rgb '#ffffff' pt 7 ps 1.1, \
  data index 6 using 2:($16 == 0 ? $12 : NaN) with points lt 1 pt 6 ps 1.1 lw 1.5
unset multiplot
set output
