# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'strip.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'strip.dat'
set terminal svg size 820,718 fixed noenhanced font 'sans-serif,12' background '#ffffff'
set output 'strip.svg'
set multiplot
set label 'A against B, it''s 100 %' at screen 0.11707,0.96936 left font ',15'
set label 'imix, 64 guests' at screen 0.11707,0.94150 left font ',11'
set label 'white: at least 2 s, among lost frames' at screen 0.11707,0.05292 left font ',11'
set label 'grey: nothing came back, or unknown' at screen 0.45644,0.05292 left font ',11'
set label '(!): includes unreliable trials' at screen 0.11707,0.02507 left font ',11'
set palette defined (0 '#440154', 1 '#482475', 2 '#414487', 3 '#355f8d', 4 '#2a788e', 5 '#21918c', \
  6 '#22a884', 7 '#44bf70', 8 '#7ad151', 9 '#bddf26', 10 '#fde725')
set lmargin at screen 0.11707
set rmargin at screen 0.45976
set tmargin at screen 0.85794
set bmargin at screen 0.14485
set label 'A' at screen 0.28841,0.87744 center font ',12'
set yrange [0:64]
set ytics ('0' 0.5, '2' 2.5, '4' 4.5, '6' 6.5, '8' 8.5, '10' 10.5, '12' 12.5, '14' 14.5, '16' 16.5, '18' 18.5, '20' 20.5, '22' 22.5, '24' 24.5, '26' 26.5, '28' 28.5, '30' 30.5, '32' 32.5, '34' 34.5, '36' 36.5, '38' 38.5, '40' 40.5, '42' 42.5, '44' 44.5, '46' 46.5, '48' 48.5, '50' 50.5, '52' 52.5, '54' 54.5, '56' 56.5, '58' 58.5, '60' 60.5, '62' 62.5)
set ylabel 'guest'
set xrange [0:6]
set xtics ('99.7' 0.5, '199' 1.5, '299' 2.5, '399' 3.5, '498' 4.5, '598' 5.5)
set xlabel 'offered load (kpps)'
set cbrange [10000:1300000]
set logscale cb
set cbtics ('10 µs' 10000, '20 µs' 20000, '' 30000 1, '' 40000 1, '50 µs' 50000, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100 µs' 100000, '200 µs' 200000, '' 300000 1, '' 400000 1, '500 µs' 500000, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1 ms' 1000000)
set cblabel '99th percentile of latency' offset 2.5,0
unset colorbox
set colorbox vertical user origin screen 0.85366,0.27298 size screen 0.01951,0.58496 noborder
plot data index 0 using ($7 == 0 ? ($1 + $2)/2 : NaN):(($3 + $4)/2):1:2:3:4 with boxxyerror lc rgb '#c8c8c8' lw 0.4 fs solid border, \
  data index 0 using ($7 == 1 ? ($1 + $2)/2 : NaN):(($3 + $4)/2):1:2:3:4:6 with boxxyerror lc palette lw 0.4 fs solid border, \
  data index 0 using ($7 == 2 ? ($1 + $2)/2 : NaN):(($3 + $4)/2):1:2:3:4 with boxxyerror lc rgb '#ffffff' lw 0.4 fs solid border, \
  data index 0 using ($7 == 2 ? ($1 + $2)/2 : NaN):(($3 + $4)/2) with points pt 2 ps 0.5 lw 1 lc rgb '#000000'
unset label
unset arrow
unset logscale
set lmargin at screen 0.48415
set rmargin at screen 0.82683
set tmargin at screen 0.85794
set bmargin at screen 0.14485
set label 'B, a name that is much longer than its' at screen 0.65549,0.89972 center font ',12'
set label 'panel, qemu normal (!)' at screen 0.65549,0.87744 center font ',12'
set yrange [0:64]
set ytics ('' 0.5, '' 2.5, '' 4.5, '' 6.5, '' 8.5, '' 10.5, '' 12.5, '' 14.5, '' 16.5, '' 18.5, '' 20.5, '' 22.5, '' 24.5, '' 26.5, '' 28.5, '' 30.5, '' 32.5, '' 34.5, '' 36.5, '' 38.5, '' 40.5, '' 42.5, '' 44.5, '' 46.5, '' 48.5, '' 50.5, '' 52.5, '' 54.5, '' 56.5, '' 58.5, '' 60.5, '' 62.5)
unset ylabel
set xrange [0:6]
set xtics ('99.7' 0.5, '199' 1.5, '299' 2.5, '399' 3.5, '498' 4.5, '598' 5.5)
set xlabel 'offered load (kpps)'
set cbrange [10000:1300000]
set logscale cb
set cbtics ('10 µs' 10000, '20 µs' 20000, '' 30000 1, '' 40000 1, '50 µs' 50000, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '100 µs' 100000, '200 µs' 200000, '' 300000 1, '' 400000 1, '500 µs' 500000, '' 600000 1, '' 700000 1, '' 800000 1, '' 900000 1, '1 ms' 1000000)
set cblabel '99th percentile of latency' offset 2.5,0
unset colorbox
plot data index 1 using ($7 == 0 ? ($1 + $2)/2 : NaN):(($3 + $4)/2):1:2:3:4 with boxxyerror lc rgb '#c8c8c8' lw 0.4 fs solid border, \
  data index 1 using ($7 == 1 ? ($1 + $2)/2 : NaN):(($3 + $4)/2):1:2:3:4:6 with boxxyerror lc palette lw 0.4 fs solid border, \
  data index 1 using ($7 == 2 ? ($1 + $2)/2 : NaN):(($3 + $4)/2):1:2:3:4 with boxxyerror lc rgb '#ffffff' lw 0.4 fs solid border, \
  data index 1 using ($7 == 2 ? ($1 + $2)/2 : NaN):(($3 + $4)/2) with points pt 2 ps 0.5 lw 1 lc rgb '#000000'
unset multiplot
set output
