# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'cdf.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'cdf.dat'
set terminal svg size 820,656 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'cdf.svg'
set multiplot
set label 'A against B' at screen 0.11707,0.96646 left font ',15'
set label 'imix, 64 guests, process, vhost-user, poisson arrivals, 100 kpps, 10 s' at screen 0.11707,0.93598 left font ',11'
set label 'frames offered' at screen 0.37317,0.11890 right font ',11'
set label 'lost' at screen 0.46098,0.11890 right font ',11'
set label 'median' at screen 0.56341,0.11890 right font ',11'
set label 'p99' at screen 0.66585,0.11890 right font ',11'
set label 'repetitions' at screen 0.77805,0.11890 right font ',11'
set arrow from screen 0.11707,0.08841 to screen 0.15366,0.08841 nohead lt 1 lw 2
set label '' at screen 0.13537,0.08841 point lt 1 pt 7 ps 1.1
set label 'A' at screen 0.16341,0.08841 left
set label '1234567' at screen 0.37317,0.08841 right
set label '0 %' at screen 0.46098,0.08841 right
set label '23.3 µs' at screen 0.56341,0.08841 right
set label '309 µs' at screen 0.66585,0.08841 right
set label '3' at screen 0.77805,0.08841 right
set arrow from screen 0.11707,0.05793 to screen 0.15366,0.05793 nohead lt 2 lw 2
set label '' at screen 0.13537,0.05793 point lt 2 pt 5 ps 1.1
set label 'B' at screen 0.16341,0.05793 left
set label '1234567' at screen 0.37317,0.05793 right
set label '0.2 %' at screen 0.46098,0.05793 right
set label '36.1 µs' at screen 0.56341,0.05793 right
set label '479 µs' at screen 0.66585,0.05793 right
set label '3' at screen 0.77805,0.05793 right
set label 'bars: minimum to maximum of the repetitions' at screen 0.11707,0.02744 left font ',11'
set label 'tick: one guest' at screen 0.49725,0.02744 left font ',11'
set lmargin at screen 0.11707
set rmargin at screen 0.76829
set tmargin at screen 0.90549
set bmargin at screen 0.38720
set yrange [1e-06:1]
set y2range [1e-06:1]
set logscale y
set logscale y2
set ytics ('100 %%' 1, '50 %%' 0.5, '10 %%' 0.1, '1 %%' 0.01, '0.1 %%' 0.001, '0.01 %%' 0.0001, '0.001 %%' 1e-05, '0.0001 %%' 1e-06)
set y2tics ('median' 0.5, 'p90' 0.1, 'p99' 0.01, 'p99.9' 0.001, 'p99.99' 0.0001, 'p99.999' 1e-05, 'p99.9999' 1e-06) scale 0
set ylabel 'share of frames later or lost'
set xrange [2000:5000000]
set logscale x
set xtics ('' 2000 1, '' 3000 1, '' 4000 1, '' 5000 1, '' 6000 1, '' 7000 1, '' 8000 1, '' 9000 1, '' 10000, '' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1)
plot data index 0 using 1:2 with steps lt 1 lw 2.6, \
  data index 1 using 3:2:($4 - $3):(0) with vectors heads size graph 0.005,90 lt 1 lw 1, \
  data index 1 using ($5 == 0 ? $1 : NaN):2 with points lt 1 pt 7 ps 1.1 lw 1.5, \
  data index 3 using 1:2 with steps lt 2 lw 2, \
  data index 4 using 3:2:($4 - $3):(0) with vectors heads size graph 0.005,90 lt 2 lw 1, \
  data index 4 using ($5 == 0 ? $1 : NaN):2 with points lt 2 pt 5 ps 0.95 lw 1.5
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.76829
set tmargin at screen 0.35366
set bmargin at screen 0.21951
set xrange [2000:5000000]
set logscale x
set xtics ('' 2000 1, '' 3000 1, '' 4000 1, '' 5000 1, '' 6000 1, '' 7000 1, '' 8000 1, '' 9000 1, '10 µs' 10000, '' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100 µs' 100000, '' 200000 1, '' 300000 1, '' 400000 1, '' 500000 1, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1 ms' 1000000, '' 2000000 1, '' 3000000 1, '' 4000000 1, '' 5000000 1)
set xlabel 'latency'
set yrange [4.5:0.5]
set ytics ('median' 1, 'p99' 2, 'median' 3, 'p99' 4)
unset y2tics
set ylabel 'guests'
set label '' at screen 0.78293,0.32012 point lt 1 pt 7 ps 1.1
set label 'worst guest 17' at screen 0.79756,0.33689 left font ',11'
set label 'loss 0 % each' at screen 0.79756,0.30335 left font ',11'
set label '' at screen 0.78293,0.25305 point lt 2 pt 5 ps 1.1
set label 'worst guest 17' at screen 0.79756,0.26982 left font ',11'
set label 'loss 0.1 % to 0.4 %' at screen 0.79756,0.23628 left font ',11'
plot data index 2 using 2:(1) with lines lt 1 lw 1, \
  data index 2 using ($3 == 0 ? $2 : NaN):(1 - 0.32):(0):(0.64) with vectors nohead lt 1 lw 1.2, \
  data index 2 using 4:(2) with lines lt 1 lw 1, \
  data index 2 using ($5 == 0 ? $4 : NaN):(2 - 0.32):(0):(0.64) with vectors nohead lt 1 lw 1.2, \
  data index 5 using 2:(3) with lines lt 2 lw 1, \
  data index 5 using ($3 == 0 ? $2 : NaN):(3 - 0.32):(0):(0.64) with vectors nohead lt 2 lw 1.2, \
  data index 5 using 4:(4) with lines lt 2 lw 1, \
  data index 5 using ($5 == 0 ? $4 : NaN):(4 - 0.32):(0):(0.64) with vectors nohead lt 2 lw 1.2
unset multiplot
set output
