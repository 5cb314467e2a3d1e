# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'timeline.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'timeline.dat'
set terminal svg size 820,745 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'timeline.svg'
set multiplot
set label 'A against B' at screen 0.11707,0.97047 left font ',15'
set label 'imix' at screen 0.11707,0.94362 left font ',11'
set arrow from screen 0.11707,0.07785 to screen 0.15366,0.07785 nohead lw 2 dt 4 lc rgb '#404040'
set label 'offered' at screen 0.16341,0.07785 left
set arrow from screen 0.24524,0.07785 to screen 0.28183,0.07785 nohead lw 2 dt solid lc rgb '#404040'
set label 'forwarded; loss' at screen 0.29159,0.07785 left
set arrow from screen 0.44463,0.07785 to screen 0.48122,0.07785 nohead lw 2 dt solid lc rgb '#404040'
set label 'latency: median' at screen 0.49098,0.07785 left
set arrow from screen 0.64402,0.07785 to screen 0.68061,0.07785 nohead lw 2 dt 4 lc rgb '#404040'
set label '99th percentile' at screen 0.69037,0.07785 left
set arrow from screen 0.84341,0.07785 to screen 0.88000,0.07785 nohead lw 2 dt 1 lc rgb '#404040'
set label 'maximum' at screen 0.88976,0.07785 left
set label 'thin: single repetitions, bold: their median' at screen 0.11707,0.05101 left font ',11'
set label 'loss: offered and not back in the same interval' at screen 0.50541,0.05101 left font ',11'
set label 'hollow, (!): unreliable trial' at screen 0.11707,0.02416 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.53171
set tmargin at screen 0.88456
set bmargin at screen 0.66309
set xrange [0:61.2]
set xtics ('' 0, '' 10, '' 20, '' 30, '' 40, '' 50, '' 60)
unset xlabel
set label 'A' at screen 0.32439,0.90336 center font ',12'
set yrange [0:120000]
set ytics ('0' 0, '20' 20000, '40' 40000, '60' 60000, '80' 80000, '100' 100000, '120' 120000)
set ylabel 'rate (kpps)'
plot data index 1 using 1:2 with lines lt 1 lw 0.5 dt 4, \
  data index 2 using 1:2 with lines lt 1 lw 0.5 dt 4, \
  data index 3 using 1:2 with lines lt 1 lw 0.5 dt 4, \
  data index 0 using 1:2 with lines lt 1 lw 2 dt 4, \
  data index 0 using 1:2 with points lt 1 pt 7 ps 0.35, \
  data index 1 using 1:3 with lines lt 1 lw 0.5 dt solid, \
  data index 2 using 1:3 with lines lt 1 lw 0.5 dt solid, \
  data index 3 using 1:3 with lines lt 1 lw 0.5 dt solid, \
  data index 0 using 1:3 with lines lt 1 lw 2 dt solid, \
  data index 0 using 1:3 with points lt 1 pt 7 ps 0.35
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.53171
set tmargin at screen 0.63624
set bmargin at screen 0.41477
set xrange [0:61.2]
set xtics ('' 0, '' 10, '' 20, '' 30, '' 40, '' 50, '' 60)
unset xlabel
set yrange [0:0.35]
set ytics ('0' 0, '5' 0.05, '10' 0.1, '15' 0.15, '20' 0.2, '25' 0.25, '30' 0.3, '35' 0.35)
set ylabel 'loss (%)'
plot data index 1 using 1:4 with lines lt 1 lw 0.5 dt solid, \
  data index 2 using 1:4 with lines lt 1 lw 0.5 dt solid, \
  data index 3 using 1:4 with lines lt 1 lw 0.5 dt solid, \
  data index 0 using 1:4 with lines lt 1 lw 2 dt solid, \
  data index 0 using 1:4 with points lt 1 pt 7 ps 0.35
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.53171
set tmargin at screen 0.38792
set bmargin at screen 0.16644
set xrange [0:61.2]
set xtics ('0' 0, '10' 10, '20' 20, '30' 30, '40' 40, '50' 50, '60' 60)
set xlabel 'time (s)'
set yrange [5000:5000000]
set logscale y
set ytics ('' 5000 1, '' 6000 1, '' 7000 1, '' 8000 1, '' 9000 1, '10 µs' 10000, '' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100 µs' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1 ms' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1)
set ylabel 'latency'
plot data index 1 using 1:5 with lines lt 1 lw 0.5 dt solid, \
  data index 2 using 1:5 with lines lt 1 lw 0.5 dt solid, \
  data index 3 using 1:5 with lines lt 1 lw 0.5 dt solid, \
  data index 0 using 1:5 with lines lt 1 lw 2 dt solid, \
  data index 0 using 1:5 with points lt 1 pt 7 ps 0.35, \
  data index 1 using 1:6 with lines lt 1 lw 0.5 dt 4, \
  data index 2 using 1:6 with lines lt 1 lw 0.5 dt 4, \
  data index 3 using 1:6 with lines lt 1 lw 0.5 dt 4, \
  data index 0 using 1:6 with lines lt 1 lw 2 dt 4, \
  data index 0 using 1:6 with points lt 1 pt 7 ps 0.35, \
  data index 1 using 1:7 with lines lt 1 lw 0.5 dt 1, \
  data index 2 using 1:7 with lines lt 1 lw 0.5 dt 1, \
  data index 3 using 1:7 with lines lt 1 lw 0.5 dt 1, \
  data index 0 using 1:7 with lines lt 1 lw 2 dt 1, \
  data index 0 using 1:7 with points lt 1 pt 7 ps 0.35
unset label
unset arrow
unset logscale
set lmargin at screen 0.55610
set rmargin at screen 0.97073
set tmargin at screen 0.88456
set bmargin at screen 0.66309
set xrange [0:61.2]
set xtics ('' 0, '' 10, '' 20, '' 30, '' 40, '' 50, '' 60)
unset xlabel
set label 'B, with one repetition and a long name (!)' at screen 0.76341,0.90336 center font ',12'
set yrange [0:120000]
set ytics ('' 0, '' 20000, '' 40000, '' 60000, '' 80000, '' 100000, '' 120000)
unset ylabel
plot data index 4 using 1:2 with lines lt 2 lw 1 dt 4, \
  data index 4 using 1:2 every 2 with points lc rgb '#ffffff' pt 5 ps 0.7, \
  data index 4 using 1:2 every 2 with points lt 2 pt 4 ps 0.7 lw 1.5, \
  data index 4 using 1:3 with lines lt 2 lw 1 dt solid, \
  data index 4 using 1:3 every 2 with points lc rgb '#ffffff' pt 5 ps 0.7, \
  data index 4 using 1:3 every 2 with points lt 2 pt 4 ps 0.7 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.55610
set rmargin at screen 0.97073
set tmargin at screen 0.63624
set bmargin at screen 0.41477
set xrange [0:61.2]
set xtics ('' 0, '' 10, '' 20, '' 30, '' 40, '' 50, '' 60)
unset xlabel
set yrange [0:0.35]
set ytics ('' 0, '' 0.05, '' 0.1, '' 0.15, '' 0.2, '' 0.25, '' 0.3, '' 0.35)
unset ylabel
plot data index 4 using 1:4 with lines lt 2 lw 1 dt solid, \
  data index 4 using 1:4 every 2 with points lc rgb '#ffffff' pt 5 ps 0.7, \
  data index 4 using 1:4 every 2 with points lt 2 pt 4 ps 0.7 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.55610
set rmargin at screen 0.97073
set tmargin at screen 0.38792
set bmargin at screen 0.16644
set xrange [0:61.2]
set xtics ('0' 0, '10' 10, '20' 20, '30' 30, '40' 40, '50' 50, '60' 60)
set xlabel 'time (s)'
set yrange [5000:5000000]
set logscale y
set ytics ('' 5000 1, '' 6000 1, '' 7000 1, '' 8000 1, '' 9000 1, '' 10000, '' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1)
unset ylabel
plot NaN
unset multiplot
set output
