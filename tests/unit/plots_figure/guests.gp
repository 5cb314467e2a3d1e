# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'guests.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'guests.dat'
set terminal svg size 820,620 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'guests.svg'
set multiplot
set label 'A against B' at screen 0.11707,0.96452 left font ',15'
set label 'imix, 64 guests, process, vhost-user, poisson arrivals, 100 kpps, 10 s' at screen 0.11707,0.93226 left font ',11'
set label 'dot: median, triangle: 99th percentile of a guest' at screen 0.11707,0.02903 left font ',11'
set label 'guests sorted by 99th percentile' at screen 0.54621,0.02903 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.53171
set tmargin at screen 0.86129
set bmargin at screen 0.38968
set label 'A' at screen 0.32439,0.88387 center font ',12'
set xrange [0:65]
set xtics ('' 1, '' 9, '' 17, '' 25, '' 33, '' 40, '' 48, '' 56, '' 64)
unset xlabel
set yrange [10000:1000000]
set logscale y
set ytics ('10 µs' 10000, '20 µs' 20000, '' 30000 1, '' 40000 1, '50 µs' 50000, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100 µs' 100000, '200 µs' 200000, '' 300000 1, '' 400000 1, '500 µs' 500000, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1 ms' 1000000)
set ylabel 'latency'
plot data index 0 using 1:3:(0):($5 - $3) with vectors nohead lt 1 lw 1, \
  data index 0 using 1:($4 == 0 ? $3 : NaN) with points lt 1 pt 7 ps 0.6, \
  data index 0 using 1:($6 == 0 ? $5 : NaN) with points lt 1 pt 9 ps 0.6
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.53171
set tmargin at screen 0.35742
set bmargin at screen 0.13548
set xrange [0:65]
set xtics ('0' 1, '56' 9, '48' 17, '40' 25, '32' 33, '33' 40, '25' 48, '8' 56, '17' 64)
set xlabel 'guest'
set yrange [0:0.005]
set ytics ('0' 0, '0.1' 0.001, '0.2' 0.002, '0.3' 0.003, '0.4' 0.004, '0.5' 0.005)
set ylabel 'loss (%)'
plot data index 0 using 1:7 with impulses lt 1 lw 2, \
  data index 0 using 1:7 with points lt 1 pt 7 ps 0.4
unset label
unset arrow
unset logscale
set lmargin at screen 0.55610
set rmargin at screen 0.97073
set tmargin at screen 0.86129
set bmargin at screen 0.38968
set label 'B' at screen 0.76341,0.88387 center font ',12'
set xrange [0:65]
set xtics ('' 1, '' 9, '' 17, '' 25, '' 33, '' 40, '' 48, '' 56, '' 64)
unset xlabel
set yrange [10000:1000000]
set logscale y
set ytics ('' 10000, '' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '' 1000000)
unset ylabel
plot data index 1 using 1:3:(0):($5 - $3) with vectors nohead lt 2 lw 1, \
  data index 1 using 1:($4 == 0 ? $3 : NaN) with points lt 2 pt 7 ps 0.6, \
  data index 1 using 1:($6 == 0 ? $5 : NaN) with points lt 2 pt 9 ps 0.6
unset label
unset arrow
unset logscale
set lmargin at screen 0.55610
set rmargin at screen 0.97073
set tmargin at screen 0.35742
set bmargin at screen 0.13548
set xrange [0:65]
set xtics ('0' 1, '56' 9, '48' 17, '40' 25, '32' 33, '33' 40, '25' 48, '8' 56, '17' 64)
set xlabel 'guest'
set yrange [0:0.005]
set ytics ('' 0, '' 0.001, '' 0.002, '' 0.003, '' 0.004, '' 0.005)
unset ylabel
plot data index 1 using 1:7 with impulses lt 2 lw 2, \
  data index 1 using 1:7 with points lt 2 pt 7 ps 0.4
unset multiplot
set output
