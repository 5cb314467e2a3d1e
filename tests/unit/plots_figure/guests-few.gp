# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'guests-few.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'guests-few.dat'
set terminal svg size 820,640 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'guests-few.svg'
set multiplot
set label 'A, B, C' at screen 0.11707,0.96562 left font ',15'
set label 'fixed:64, 1 guest' at screen 0.11707,0.93281 left font ',11'
set label 'dot: median, triangle: 99th percentile of a guest' at screen 0.11707,0.05937 left font ',11'
set label 'guests are sorted by 99th percentile' at screen 0.54621,0.05937 left font ',11'
set label '(!): not to be relied on' at screen 0.11707,0.02812 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.38537
set tmargin at screen 0.86562
set bmargin at screen 0.40875
set label 'A' at screen 0.25122,0.89062 center font ',12'
set xrange [0:2]
set xtics ('' 1)
unset xlabel
set yrange [0:70000]
set ytics ('0' 0, '10' 10000, '20' 20000, '30' 30000, '40' 40000, '50' 50000, '60' 60000, '70' 70000)
set ylabel 'latency (µs)'
plot data index 0 using 1:3:(0):($5 - $3) with vectors nohead lt 1 lw 1, \
  data index 0 using 1:($4 == 0 ? $3 : NaN) with points lt 1 pt 7 ps 0.6, \
  data index 0 using 1:($6 == 0 ? $5 : NaN) with points lt 1 pt 9 ps 0.6
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.38537
set tmargin at screen 0.37750
set bmargin at screen 0.16250
set xrange [0:2]
set xtics ('0' 1)
set yrange [0:0.25]
set xlabel 'guest'
set ytics ('0' 0, '5' 0.05, '10' 0.1, '15' 0.15, '20' 0.2, '25' 0.25)
set ylabel 'loss (%)'
plot data index 0 using 1:7 with impulses lt 1 lw 2, \
  data index 0 using 1:7 with points lt 1 pt 7 ps 0.4
unset label
unset arrow
unset logscale
set lmargin at screen 0.40976
set rmargin at screen 0.67805
set tmargin at screen 0.86562
set bmargin at screen 0.40875
set label 'B, a longer name' at screen 0.54390,0.89062 center font ',12'
set xrange [0:2]
set xtics ('' 1)
unset xlabel
set yrange [0:70000]
set ytics ('' 0, '' 10000, '' 20000, '' 30000, '' 40000, '' 50000, '' 60000, '' 70000)
unset ylabel
plot data index 1 using 1:3:(0):($5 - $3) with vectors nohead lt 2 lw 1, \
  data index 1 using 1:($4 == 0 ? $3 : NaN) with points lt 2 pt 7 ps 0.6, \
  data index 1 using 1:($6 == 0 ? $5 : NaN) with points lt 2 pt 9 ps 0.6
unset label
unset arrow
unset logscale
set lmargin at screen 0.40976
set rmargin at screen 0.67805
set tmargin at screen 0.37750
set bmargin at screen 0.16250
set xrange [0:2]
set xtics ('0' 1)
set yrange [0:0.25]
set xlabel 'guest'
set ytics ('' 0, '' 0.05, '' 0.1, '' 0.15, '' 0.2, '' 0.25)
unset ylabel
plot data index 1 using 1:7 with impulses lt 2 lw 2, \
  data index 1 using 1:7 with points lt 2 pt 7 ps 0.4
unset label
unset arrow
unset logscale
set lmargin at screen 0.70244
set rmargin at screen 0.97073
set tmargin at screen 0.86562
set bmargin at screen 0.40875
set label 'C (!)' at screen 0.83659,0.89062 center font ',12'
set xrange [0:2]
set xtics ('' 1)
unset xlabel
set yrange [0:70000]
set ytics ('' 0, '' 10000, '' 20000, '' 30000, '' 40000, '' 50000, '' 60000, '' 70000)
unset ylabel
plot data index 2 using 1:3:(0):($5 - $3) with vectors nohead lt 3 lw 1, \
  data index 2 using 1:($4 == 0 ? $3 : NaN) with points lt 3 pt 7 ps 0.6, \
  data index 2 using 1:($6 == 0 ? $5 : NaN) with points lt 3 pt 9 ps 0.6
unset label
unset arrow
unset logscale
set lmargin at screen 0.70244
set rmargin at screen 0.97073
set tmargin at screen 0.37750
set bmargin at screen 0.16250
set xrange [0:2]
set xtics ('0' 1)
set yrange [0:0.25]
set xlabel 'guest'
set ytics ('' 0, '' 0.05, '' 0.1, '' 0.15, '' 0.2, '' 0.25)
unset ylabel
plot data index 2 using 1:7 with impulses lt 3 lw 2, \
  data index 2 using 1:7 with points lt 3 pt 7 ps 0.4
unset multiplot
set output
