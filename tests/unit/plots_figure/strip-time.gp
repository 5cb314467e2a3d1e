# Drawn again by gnuplot with the name of this script. Figure and data are beside it.
# style
name = 'strip-time.gp'
if (exists('ARG0') && strlen(ARG0) > strlen(name)) cd ARG0[1:strlen(ARG0) - strlen(name)]
data = 'strip-time.dat'
set terminal pngcairo size 820,464 noenhanced font 'sans-serif,9' background '#ffffff'
set output 'a.png'
set multiplot
set label 'A' at screen 0.11707,0.95259 left font ',11.25'
set label 'repetition 0 alone' at screen 0.11707,0.03879 left font ',8.25'
set palette defined (0 '#440154', 1 '#482475', 2 '#414487', 3 '#355f8d', 4 '#2a788e', 5 '#21918c', \
  6 '#22a884', 7 '#44bf70', 8 '#7ad151', 9 '#bddf26', 10 '#fde725')
set lmargin at screen 0.11707
set rmargin at screen 0.85122
set tmargin at screen 0.81466
set bmargin at screen 0.54526
set label 'A' at screen 0.48415,0.84483 center font ',9'
set yrange [0:3]
set ytics ('0' 0.5, '2' 1.5, '4' 2.5)
set ylabel 'guest'
set xrange [0:5.002]
set xtics ('' 0, '' 1, '' 2, '' 3, '' 4, '' 5)
unset xlabel
set cbrange [0:0.14]
set cbtics ('0' 0, '2' 0.02, '4' 0.04, '6' 0.06, '8' 0.08, '10' 0.1, '12' 0.12, '14' 0.14)
set cblabel 'loss (%)' offset 2.5,0
unset colorbox
set colorbox vertical user origin screen 0.87805,0.18103 size screen 0.01951,0.63362 noborder
plot data index 0 using ($7 == 1 ? ($1 + $2)/2 : NaN):(($3 + $4)/2):1:2:3:4:6 with boxxyerror lc palette lw 0.4 fs solid border
unset label
unset arrow
unset logscale
set lmargin at screen 0.11707
set rmargin at screen 0.85122
set tmargin at screen 0.45043
set bmargin at screen 0.18103
set label 'B' at screen 0.48415,0.48060 center font ',9'
set yrange [0:4]
set ytics ('0' 0.5, '2' 1.5, '4' 2.5, '6' 3.5)
set ylabel 'guest'
set xrange [0:5.002]
set xtics ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5)
set xlabel 'time (s)'
set cbrange [0:0.14]
set cbtics ('0' 0, '2' 0.02, '4' 0.04, '6' 0.06, '8' 0.08, '10' 0.1, '12' 0.12, '14' 0.14)
set cblabel 'loss (%)' offset 2.5,0
unset colorbox
plot data index 1 using ($7 == 1 ? ($1 + $2)/2 : NaN):(($3 + $4)/2):1:2:3:4:6 with boxxyerror lc palette lw 0.4 fs solid border
unset multiplot
set output
